"""Turns the members of a JSON body, as its schema has read them, into a typed order."""

from collections.abc import Mapping
from typing import Any, Final

from cms.domain.money import AccountReference, Amount
from cms.domain.payment_order import (
    Address,
    CreditTransfer,
    Document,
    ExecutionRule,
    Frequency,
    PaymentOrder,
    StandingOrder,
    StructuredRemittance,
)

Loaded = Mapping[str, Any]

_AS_THEY_ARE: Final = frozenset(
    {
        "creditor_agent",
        "end_to_end_identification",
        "instruction_identification",
        "debtor_name",
        "creditor_agent_name",
        "creditor_id",
        "ultimate_debtor",
        "ultimate_creditor",
        "purpose_code",
        "charge_bearer",
        "requested_execution_date",
    }
)
_UNSTRUCTURED: Final = (
    "remittance_information_unstructured",
    "remittance_information_unstructured_array",
)
_STRUCTURED: Final = (
    "remittance_information_structured",
    "remittance_information_structured_array",
)
_REMITTANCES: Final = frozenset((*_UNSTRUCTURED, *_STRUCTURED))
_OF_BULKS: Final = ("debtor_name", "requested_execution_date", "requested_execution_time")


def single(document: Document, loaded: Loaded) -> PaymentOrder:
    """The order of a single payment."""
    return PaymentOrder(document, (_transfer(loaded, _debtor(loaded)),))


def periodic(document: Document, loaded: Loaded) -> PaymentOrder:
    """The order of a periodic payment."""
    transfers = (_transfer(loaded, _debtor(loaded)),)
    return PaymentOrder(document, transfers, standing_order=standing_order(loaded))


def bulk(document: Document, loaded: Loaded) -> PaymentOrder:
    """The order of a bulk: what it says for all its payments goes into each of them."""
    for_all = _debtor(loaded) | {name: loaded[name] for name in _OF_BULKS if name in loaded}
    transfers = tuple(_transfer(entry.loaded, for_all) for entry in loaded["payments"])
    return PaymentOrder(
        document, transfers, batch_booking_preferred=loaded.get("batch_booking_preferred")
    )


def standing_order(loaded: Loaded) -> StandingOrder:
    """When a periodic payment is made."""
    rule = loaded.get("execution_rule")
    return StandingOrder(
        start_date=loaded["start_date"],
        frequency=Frequency(loaded["frequency"]),
        end_date=loaded.get("end_date"),
        execution_rule=None if rule is None else ExecutionRule(rule),
        day_of_execution=loaded.get("day_of_execution"),
        months_of_execution=tuple(loaded.get("months_of_execution", ())),
    )


def _transfer(loaded: Loaded, for_all: Loaded) -> CreditTransfer:
    """One credit transfer; `loaded` has been checked, and comes before what is said `for_all`."""
    amount = loaded["instructed_amount"]
    more = dict(for_all)
    more.update({name: value for name, value in loaded.items() if name in _AS_THEY_ARE})
    if "creditor_address" in loaded:
        more["creditor_address"] = Address(**loaded["creditor_address"])
    if not loaded.keys().isdisjoint(_REMITTANCES):
        more |= _remittances(loaded)
    return CreditTransfer(
        instructed_amount=Amount(amount["amount"], amount["currency"]),
        creditor_account=_account(loaded["creditor_account"]),
        creditor_name=loaded["creditor_name"],
        **more,
    )


def _remittances(loaded: Loaded) -> dict[str, Any]:
    """The standard has each kind of remittance information once as a member, once as a list."""
    unstructured, structured = (
        (*((loaded[one],) if one in loaded else ()), *loaded.get(many, ()))
        for one, many in (_UNSTRUCTURED, _STRUCTURED)
    )
    return {
        _UNSTRUCTURED[0]: unstructured,
        _STRUCTURED[0]: tuple(StructuredRemittance(**each) for each in structured),
    }


def _debtor(loaded: Loaded) -> dict[str, Any]:
    return (
        {"debtor_account": _account(loaded["debtor_account"])} if "debtor_account" in loaded else {}
    )


def _account(reference: Loaded) -> AccountReference:
    return AccountReference(
        iban=reference.get("iban"),
        bban=reference.get("bban"),
        pan=reference.get("pan"),
        masked_pan=reference.get("masked_pan"),
        msisdn=reference.get("msisdn"),
        currency=reference.get("currency"),
    )
