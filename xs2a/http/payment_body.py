"""Reads the JSON body of a single payment: bytes in, a typed transfer or findings out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from cms.domain.money import AccountReference, Amount
from cms.domain.payment import CreditTransfer, Payment
from xs2a.checks.payment import BodyRules, check_account_kinds, check_single_payment
from xs2a.errors import Finding
from xs2a.http.schemas.faults import finding, with_paths
from xs2a.http.schemas.fields import load
from xs2a.http.schemas.payment import SinglePaymentSchema
from xs2a.spec.messages import Message

_SCHEMA: Final = SinglePaymentSchema()
_PLACES: Final = {
    field.data_key or name: place for place, (name, field) in enumerate(_SCHEMA.fields.items())
}
_UNREADABLE: Final = Finding(Message.FORMAT_ERROR, "The body is not a JSON object.")


@dataclass(frozen=True, slots=True)
class ReadBody:
    """What was read. Findings come in stages: the first that is not empty is the answer (E5).

    `early` is told together with the findings of the headers. `transfer` is there if and only if
    no stage has a finding.
    """

    early: tuple[Finding, ...] = ()
    unknown_members: tuple[Finding, ...] = ()
    fields: tuple[Finding, ...] = ()
    accounts: tuple[Finding, ...] = ()
    transfer: CreditTransfer | None = None


def read_single_payment(body: bytes, rules: BodyRules) -> ReadBody:
    """Read and check the body of a single payment."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ReadBody(early=(_UNREADABLE,))
    if not isinstance(sent, dict):
        return ReadBody(early=(_UNREADABLE,))
    loaded, collected = load(_SCHEMA, sent)
    ruled = tuple(check_single_payment(loaded, rules))
    if not collected and not ruled:
        accounts = tuple(check_account_kinds(loaded, rules.profile))
        return ReadBody(accounts=accounts, transfer=None if accounts else _transfer(loaded))
    faults = list(with_paths(collected))
    late = [finding(path, each) for path, each in faults if not (each.early or each.unknown)]
    return ReadBody(
        early=_in_order([finding(path, each) for path, each in faults if each.early]),
        unknown_members=tuple(finding(path, each) for path, each in faults if each.unknown),
        fields=_in_order([*late, *_not_told(ruled, late)]),
    )


def stored_transfer(_payment: Payment, body: bytes) -> CreditTransfer:
    """The order in the stored body of a payment; all products have the same schema so far.

    It was checked when it came in, and what was a proper day then may be over now: no rule is
    asked again.
    """
    loaded, _ = load(_SCHEMA, orjson.loads(body))
    return _transfer(loaded)


def _not_told(ruled: tuple[Finding, ...], told: list[Finding]) -> list[Finding]:
    """A member that the schema refused is absent from what it loaded: no second finding."""
    faulty = {each.path.partition(".")[0] for each in told if each.path}
    return [each for each in ruled if each.path and each.path.partition(".")[0] not in faulty]


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """In the order of the schema, which is the order of validation (E5)."""
    return tuple(sorted(findings, key=_place))


def _place(found: Finding) -> int:
    return _PLACES.get((found.path or "").partition(".")[0].partition("[")[0], -1)


def _account(reference: Mapping[str, Any] | None) -> AccountReference | None:
    if reference is None:
        return None
    return AccountReference(
        iban=reference.get("iban"),
        bban=reference.get("bban"),
        pan=reference.get("pan"),
        masked_pan=reference.get("masked_pan"),
        msisdn=reference.get("msisdn"),
        currency=reference.get("currency"),
    )


def _transfer(loaded: Mapping[str, Any]) -> CreditTransfer:
    amount = loaded["instructed_amount"]
    return CreditTransfer(
        instructed_amount=Amount(amount["amount"], amount["currency"]),
        creditor_account=_account(loaded["creditor_account"]) or AccountReference(),
        creditor_name=loaded["creditor_name"],
        debtor_account=_account(loaded.get("debtor_account")),
        creditor_agent=loaded.get("creditor_agent"),
        end_to_end_identification=loaded.get("end_to_end_identification"),
        remittance_information_unstructured=loaded.get("remittance_information_unstructured"),
        requested_execution_date=loaded.get("requested_execution_date"),
    )
