"""The paths of payments, and how a path becomes an address that a flow understands."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from cms.domain.errors import Unknown
from cms.domain.payment import Payment
from cms.domain.payment_service import PaymentService
from xs2a.checks.oauth import TokenRule
from xs2a.errors import RequestFaulty, WrongPaymentProduct, WrongPaymentService
from xs2a.flows.reads import Address, find_payment
from xs2a.http import gate
from xs2a.http.gate import Entry
from xs2a.http.wishes import sends_psu
from xs2a.oauth.tokens import ensure_of_payment

PRODUCT: Final = "/<string:payment_service>/<string:payment_product>"
PAYMENT: Final = f"{PRODUCT}/<string:payment_id>"


@contextmanager
def addressed(entry: Entry, path: dict[str, str]) -> Iterator[Address]:
    """The address of the payment. All that asks for the payment goes inside.

    A payment stays readable when the bank no longer offers its product: only where nothing is
    found at the address does it matter that the address names a product that is not offered.
    """
    service = PaymentService(path["payment_service"])
    address = Address(service, path["payment_product"], path["payment_id"])
    try:
        _check_token(entry, address)
        yield address
        if entry.token_rule is not None and entry.token_rule.harmless_at:
            _check_token(entry, address)  # the bank may have told of a status that is new to us
    except (Unknown, WrongPaymentService, WrongPaymentProduct):
        missing = gate.offers(entry.ctx.profile, service, path["payment_product"])
        if missing is not None:
            raise RequestFaulty((missing,)) from None
        raise


def _check_token(entry: Entry, address: Address) -> None:
    """The rules of OAuth that depend on the payment: its status, authorisations and PSUs."""
    rule, granted = entry.token_rule, entry.ctx.granted
    by_anybody = granted is None or granted.psu is None or granted.scope.payment_id is not None
    if rule is None and by_anybody:
        return
    payment = find_payment(gate.door().parts, entry.ctx, address)
    if rule is not None and _counts(rule, entry, payment):
        raise rule.refusal(entry.ctx.profile, entry.ctx.instance_id)
    if granted is not None and not by_anybody:
        ensure_of_payment(granted, payment)


def _counts(rule: TokenRule, entry: Entry, payment: Payment) -> bool:
    if rule.on_record is None or payment.status in rule.harmless_at:
        return False
    below = gate.door().parts.authorisations.all_of(payment)
    return rule.on_record(below, sends_psu(entry.ctx.profile, entry.sent))
