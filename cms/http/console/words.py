"""How the console says things: moments, tones of statuses, the facts of a payment order."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from cms.domain.errors import Malformed
from cms.domain.money import AccountReference
from cms.domain.payment_order import CreditTransfer, PaymentOrder
from cms.domain.statuses import ScaStatus, TransactionStatus


class Tone(StrEnum):
    """How a badge looks; it always says the word too."""

    GOOD = "good"
    OPEN = "open"
    BAD = "bad"
    CALM = "calm"


LONGEST_TERM: Final = 500

_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)  # ids tell the time from here on

_TONES: Final[dict[str, Tone]] = {
    TransactionStatus.ACSC: Tone.GOOD,
    TransactionStatus.ACCC: Tone.GOOD,
    TransactionStatus.RJCT: Tone.BAD,
    TransactionStatus.CANC: Tone.CALM,
    ScaStatus.FINALISED: Tone.GOOD,
    ScaStatus.EXEMPTED: Tone.GOOD,
    ScaStatus.FAILED: Tone.BAD,
}


def tone(status: str) -> Tone:
    """Of a status of any kind; what is not over is open."""
    return _TONES.get(status, Tone.OPEN)


def moment(at: datetime | None) -> str:
    """A moment to the second, in UTC as everything here."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def typed_text(text: str, field: str) -> str:
    """What may be looked for in the database: it takes no NUL. Raises Malformed."""
    if len(text) > LONGEST_TERM or "\x00" in text:
        raise Malformed("That is too long, or holds a character that no text has.", path=field)
    return text


def typed_moment(text: str, field: str) -> datetime | None:
    """What was typed or picked as a moment, in UTC; None for nothing. Raises Malformed."""
    if not text.strip():
        return None
    try:
        typed = datetime.fromisoformat(text.strip())
        at = (typed if typed.tzinfo else typed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _no_moment(field) from error
    if at < _EARLIEST:
        raise _no_moment(field)
    return at


def _no_moment(field: str) -> Malformed:
    return Malformed("That is no date and time, such as 2026-03-02T10:30.", path=field)


def account(reference: AccountReference | None) -> str:
    """The account by whatever identifies it."""
    if reference is None:
        return ""
    number = (
        reference.iban
        or reference.bban
        or reference.masked_pan
        or reference.pan
        or reference.msisdn
        or ""
    )
    return " ".join(part for part in (number, reference.currency) if part)


def totals(order: PaymentOrder) -> list[str]:
    """What is moved in all, per currency."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in order.transfers:
        sums[each.instructed_amount.currency] += each.instructed_amount.value
    return [f"{value:,f} {currency}" for currency, value in sums.items()]


def order_facts(order: PaymentOrder) -> Iterator[tuple[str, str]]:
    """Name and text of what an operator asks for first, of a payment of any service."""
    yield "Amount", ", ".join(totals(order)) or "in the bank's own format"
    if len(order.transfers) > 1:
        yield "Transfers", str(len(order.transfers))
    elif order.transfers:
        yield from _transfer_facts(order.transfers[0])
    debtors = {account(each.debtor_account): None for each in order.transfers}
    named = [text for text in debtors if text]
    if named:
        yield "Debtor account", ", ".join(named)
    if order.standing_order is not None:
        standing = order.standing_order
        until = f" until {standing.end_date}" if standing.end_date else ""
        yield "Standing order", f"{standing.frequency} from {standing.start_date}{until}"


def _transfer_facts(transfer: CreditTransfer) -> Iterator[tuple[str, str]]:
    yield "Creditor", transfer.creditor_name
    yield "Creditor account", account(transfer.creditor_account)
    if transfer.end_to_end_identification:
        yield "End-to-end id", transfer.end_to_end_identification
    if transfer.remittance_information_unstructured:
        yield "Remittance", "\n".join(transfer.remittance_information_unstructured)
    if transfer.requested_execution_date:
        yield "Execution date", str(transfer.requested_execution_date)
