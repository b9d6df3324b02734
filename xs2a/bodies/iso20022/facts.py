"""Reads the facts of a pain.001 that its elements tell: what a bank needs to know of it.

Nothing here depends on the profile or on the day, so that a stored message gives the same facts
again. What depends on them is in `rules.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from cms.domain.money import AccountReference, Amount
from cms.domain.payment_order import Address, CreditTransfer, StructuredRemittance
from xs2a.bodies.iso20022.elements import Fact, Node

# The lengths of the message definitions: Max34Text and so on.
_IDENTIFICATION: Final = 35
_ACCOUNT: Final = 34
_NAME: Final = 140
_REMITTANCE: Final = 140
_CODE: Final = 35  # longer than any; which codes there are is a rule
_TRANSFERS: Final = frozenset({"TRF", "TRA"})
_NO_CHEQUE: Final = "must be a transfer, not a cheque"
_OLD_VERSIONS: Final = frozenset({"pain.001.001.03"})

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class AccountFact:
    """An account, and the kinds of identifiers that name it with where they stand."""

    path: str
    reference: AccountReference
    identifiers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Totals:
    """What a header says about the transactions below it."""

    number: Fact[Decimal] | None = None
    control_sum: Fact[Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Instruction:
    """A `PmtInf`: what its transactions have in common."""

    path: str
    totals: Totals
    batch_booking: bool | None
    debtor_account: AccountFact | None
    debtor_name: str | None
    ultimate_debtor: str | None
    charge_bearer: Fact[str] | None
    day: Fact[date] | None
    moment: Fact[datetime] | None


@dataclass(frozen=True, slots=True)
class Transaction:
    """A `CdtTrfTxInf`. `texts` are those members of a transfer that no rule is about."""

    path: str
    amount: Fact[Decimal] | None
    currency: Fact[str] | None
    creditor_name: str | None
    creditor_account: AccountFact | None
    creditor_agent: Fact[str] | None
    creditor_country: Fact[str] | None
    charge_bearer: Fact[str] | None
    purpose: Fact[str] | None
    texts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Initiation:
    """A pain.001; `totals` are the group header's."""

    path: str
    totals: Totals
    instructions: tuple[tuple[Instruction, tuple[Transaction, ...]], ...]

    @property
    def transactions(self) -> Iterator[Transaction]:
        """Those of all instructions."""
        for _, transactions in self.instructions:
            yield from transactions


def read_initiation(document: Node, message_name: str) -> Initiation | None:
    """The facts of a document; what could not be read is among its faults."""
    message = document.needed("CstmrCdtTrfInitn")
    if message is None:
        return None
    reader = _Reader(old=message_name in _OLD_VERSIONS)
    header = message.child("GrpHdr")
    totals = _totals(header) if header is not None else Totals()
    if not message.count("PmtInf"):
        message.missing("PmtInf[1]")
    instructions = tuple(reader.with_transactions(each) for each in message.each("PmtInf"))
    return Initiation(message.path, totals, instructions)


def transfers_of(initiation: Initiation) -> tuple[CreditTransfer, ...]:
    """The transfers; each has all that its instruction says for all of them."""
    return tuple(
        transfer
        for instruction, transactions in initiation.instructions
        for transaction in transactions
        if (transfer := _transfer(instruction, transaction)) is not None
    )


def _transfer(instruction: Instruction, transaction: Transaction) -> CreditTransfer | None:
    amount, currency = transaction.amount, transaction.currency
    account, name = transaction.creditor_account, transaction.creditor_name
    if amount is None or currency is None or account is None or name is None:
        return None
    debtor = instruction.debtor_account
    shared = {
        "debtor_name": instruction.debtor_name,
        "ultimate_debtor": instruction.ultimate_debtor,
    }
    return CreditTransfer(
        instructed_amount=Amount(amount.value, currency.value),
        creditor_account=account.reference,
        creditor_name=name,
        debtor_account=debtor.reference if debtor is not None else None,
        creditor_agent=_value(transaction.creditor_agent),
        requested_execution_date=_value(instruction.day),
        requested_execution_time=_value(instruction.moment),
        purpose_code=_value(transaction.purpose),
        charge_bearer=_value(transaction.charge_bearer or instruction.charge_bearer),
        **{**shared, **transaction.texts},
    )


def _value(fact: Fact[Value] | None) -> Value | None:
    return fact.value if fact is not None else None


def _totals(node: Node) -> Totals:
    number, control_sum = node.child("NbOfTxs"), node.child("CtrlSum")
    return Totals(
        number.number_of_transactions() if number is not None else None,
        control_sum.control_sum() if control_sum is not None else None,
    )


class _Reader:
    """Reads one version; the `old` one says some things otherwise."""

    def __init__(self, *, old: bool) -> None:
        self._old = old
        self._bic = "BIC" if old else "BICFI"

    def with_transactions(self, node: Node) -> tuple[Instruction, tuple[Transaction, ...]]:
        """A `PmtInf` and what is in it."""
        method = node.needed("PmtMtd")
        if method is not None:
            _check_method(method)
        if not node.count("CdtTrfTxInf"):
            node.missing("CdtTrfTxInf[1]")
        batch = node.child("BtchBookg")
        day, moment = self._execution(node)
        instruction = Instruction(
            path=node.path,
            totals=_totals(node),
            batch_booking=batch.boolean() if batch is not None else None,
            debtor_account=_account(node.child("DbtrAcct")),
            debtor_name=node.word("Dbtr", "Nm", longest=_NAME),
            ultimate_debtor=node.word("UltmtDbtr", "Nm", longest=_NAME),
            charge_bearer=node.text_of("ChrgBr", longest=_CODE),
            day=day,
            moment=moment,
        )
        return instruction, tuple(map(self._transaction, node.each("CdtTrfTxInf")))

    def _execution(self, node: Node) -> tuple[Fact[date] | None, Fact[datetime] | None]:
        """The day; in newer versions a choice of day or moment."""
        asked = node.child("ReqdExctnDt")
        if asked is None:
            return None, None
        if self._old:
            return asked.day(), None
        day, moment = asked.child("Dt"), asked.child("DtTm")
        if (day is None) == (moment is None):
            asked.fault("must have either a day or a moment")
            return None, None
        return (
            day.day() if day is not None else None,
            moment.moment() if moment is not None else None,
        )

    def _transaction(self, node: Node) -> Transaction:
        if node.count("ChqInstr"):
            node.fault(_NO_CHEQUE)
        amount, currency = _amount(node)
        agent = node.below("CdtrAgt", "FinInstnId")
        creditor = node.needed("Cdtr")
        name = creditor.needed("Nm") if creditor is not None else None
        named = name.text(_NAME) if name is not None else None
        return Transaction(
            path=node.path,
            amount=amount,
            currency=currency,
            creditor_name=_value(named),
            creditor_account=_account(node.needed("CdtrAcct")),
            creditor_agent=agent.text_of(self._bic, longest=_CODE) if agent is not None else None,
            creditor_country=node.text_of("Cdtr", "PstlAdr", "Ctry", longest=_CODE),
            charge_bearer=node.text_of("ChrgBr", longest=_CODE),
            purpose=node.text_of("Purp", "Cd", longest=_CODE),
            texts=_texts(node, agent),
        )


def _check_method(node: Node) -> None:
    method = node.text(_CODE)
    if method is not None and method.value not in _TRANSFERS:
        node.fault(_NO_CHEQUE if method.value == "CHK" else "must be TRF or TRA")


def _amount(node: Node) -> tuple[Fact[Decimal] | None, Fact[str] | None]:
    amount = node.needed("Amt")
    if amount is None:
        return None, None
    if amount.count("EqvtAmt"):
        amount.fault("must be an instructed amount, not an equivalent one")
        return None, None
    instructed = amount.needed("InstdAmt")
    if instructed is None:
        return None, None
    return instructed.amount(), instructed.attribute("Ccy")


def _account(node: Node | None) -> AccountFact | None:
    """An account by its IBAN, or as `Othr` by a BBAN; what else `Othr` may be is not told apart.

    A proxy, a telephone number for instance, names an account too: a bank could look it up.
    """
    if node is None:
        return None
    iban = node.text_of("Id", "IBAN", longest=_ACCOUNT)
    other = node.below("Id", "Othr")
    number = other.text_of("Id", longest=_ACCOUNT) if other is not None else None
    scheme = other.below("SchmeNm") if other is not None else None
    is_bban = scheme is None or scheme.word("Cd", longest=_CODE) == "BBAN"
    bban = number if is_bban else None
    proxy = node.child("Prxy")
    reference = AccountReference(
        iban=_value(iban),
        bban=_value(bban),
        currency=node.word("Ccy", longest=_CODE),
    )
    found = (("iban", iban), ("bban", bban), ("other", None if is_bban else number))
    identifiers = {name: fact.path for name, fact in (*found, ("other", proxy)) if fact is not None}
    return AccountFact(node.path, reference, identifiers)


def _texts(node: Node, agent: Node | None) -> dict[str, Any]:
    """Members of a transfer that are what the document says; those that it leaves out are not."""
    texts = {
        "end_to_end_identification": node.word("PmtId", "EndToEndId", longest=_IDENTIFICATION),
        "instruction_identification": node.word("PmtId", "InstrId", longest=_IDENTIFICATION),
        "creditor_agent_name": agent.word("Nm", longest=_NAME) if agent is not None else None,
        "creditor_address": _address(node),
        "ultimate_debtor": node.word("UltmtDbtr", "Nm", longest=_NAME),
        "ultimate_creditor": node.word("UltmtCdtr", "Nm", longest=_NAME),
        **_remittance(node.child("RmtInf")),
    }
    return {name: value for name, value in texts.items() if value is not None}


def _address(node: Node) -> Address | None:
    """The creditor's. One without a country stays in the document: the typed one must have it."""
    address = node.below("Cdtr", "PstlAdr")
    country = address.word("Ctry", longest=_CODE) if address is not None else None
    if address is None or country is None:
        return None
    return Address(
        country=country,
        street_name=address.word("StrtNm", longest=70),
        building_number=address.word("BldgNb", longest=16),
        town_name=address.word("TwnNm", longest=_NAME),
        post_code=address.word("PstCd", longest=16),
    )


def _remittance(node: Node | None) -> dict[str, Any]:
    if node is None:
        return {}
    lines = tuple(each.text(_REMITTANCE) for each in node.each("Ustrd"))
    references = (_reference(each) for each in node.each("Strd"))
    return {
        "remittance_information_unstructured": tuple(line.value for line in lines if line),
        "remittance_information_structured": tuple(each for each in references if each),
    }


def _reference(node: Node) -> StructuredRemittance | None:
    """The creditor's reference; invoices and the like stay in the document."""
    told = node.child("CdtrRefInf")
    reference = told.word("Ref", longest=_IDENTIFICATION) if told is not None else None
    if told is None or reference is None:
        return None
    kind = told.child("Tp")
    code = kind.below("CdOrPrtry") if kind is not None else None
    named = [code.word(name, longest=_IDENTIFICATION) for name in ("Cd", "Prtry")] if code else []
    return StructuredRemittance(
        reference,
        reference_type=next((name for name in named if name is not None), None),
        reference_issuer=kind.word("Issr", longest=_IDENTIFICATION) if kind is not None else None,
    )
