"""Reads the JSON bodies of payments: bytes in, a typed order or findings out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import orjson
from marshmallow import Schema

from cms.domain.payment_order import Document, PaymentOrder, StandingOrder
from cms.domain.payment_service import PaymentService
from xs2a.bodies import orders
from xs2a.bodies.faults import Faults, finding, with_paths
from xs2a.bodies.fields import (
    MOST_FAULTS,
    EntriesField,
    Entry,
    ListField,
    load,
    load_again,
)
from xs2a.bodies.json_rules import (
    Loaded,
    check_accounts,
    check_bulk,
    check_periodic,
    check_single,
    check_standing_order,
    not_told,
)
from xs2a.bodies.json_text import JsonRefused, read_json_object
from xs2a.bodies.outcome import ReadBody
from xs2a.bodies.schemas import (
    BulkPaymentSchema,
    PeriodicPaymentSchema,
    SinglePaymentSchema,
    StandingOrderSchema,
)
from xs2a.checks.payment import BodyRules
from xs2a.errors import Finding

Stages = tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class _Form:
    """How the body of a payment service is read, judged and typed."""

    schema: Schema
    check: Callable[[Loaded, BodyRules], Iterable[Finding]]
    order: Callable[[Document, Loaded], PaymentOrder]


_FORMS: Final = {
    PaymentService.PAYMENTS: _Form(SinglePaymentSchema(), check_single, orders.single),
    PaymentService.PERIODIC_PAYMENTS: _Form(
        PeriodicPaymentSchema(), check_periodic, orders.periodic
    ),
    PaymentService.BULK_PAYMENTS: _Form(BulkPaymentSchema(), check_bulk, orders.bulk),
}
_STANDING_ORDER: Final = StandingOrderSchema()


@dataclass(frozen=True, slots=True)
class ReadStandingOrder:
    """What came of the JSON part of a periodic payment; the stages are those of ReadBody."""

    early: tuple[Finding, ...] = ()
    unknown_members: tuple[Finding, ...] = ()
    fields: tuple[Finding, ...] = ()
    standing_order: StandingOrder | None = None


def read_json(service: PaymentService, document: Document, rules: BodyRules) -> ReadBody:
    """Read and check the body of a payment."""
    try:
        sent = read_json_object(document.body)
    except JsonRefused as refused:
        return ReadBody(early=(refused.finding,))
    form = _FORMS[service]
    loaded, faults = load(form.schema, sent)
    ruled = tuple(form.check(loaded, rules))
    if faults:
        ruled = tuple(not_told(ruled, faults))
    if "payments" in loaded:
        faults |= _faults_of_entries(loaded["payments"])
    if faults or ruled:
        early, unknown_members, fields = _staged(form.schema, faults, ruled)
        return ReadBody(early=early, unknown_members=unknown_members, fields=fields)
    accounts = tuple(check_accounts(loaded, rules.profile))
    if accounts:
        return ReadBody(accounts=accounts)
    return ReadBody(order=form.order(document, loaded))


def order_again(service: PaymentService, document: Document) -> PaymentOrder:
    """The order in the stored body of a payment.

    It was checked when it came in, and what was a proper day then may be over now, a currency
    withdrawn, a rule stricter: nothing is judged again.
    """
    form = _FORMS[service]
    return form.order(document, load_again(form.schema, orjson.loads(document.body)))


def read_standing_order(part: bytes, rules: BodyRules) -> ReadStandingOrder:
    """Read and check the JSON part that says when a periodic payment is made (P11)."""
    try:
        sent = read_json_object(part)
    except JsonRefused as refused:
        return ReadStandingOrder(early=(refused.finding,))
    loaded, faults = load(_STANDING_ORDER, sent)
    ruled = tuple(not_told(check_standing_order(loaded, rules), faults))
    if faults or ruled:
        return ReadStandingOrder(*_staged(_STANDING_ORDER, faults, ruled))
    return ReadStandingOrder(standing_order=orders.standing_order(loaded))


def standing_order_again(part: bytes) -> StandingOrder:
    """What the stored JSON part says; nothing is judged again."""
    return orders.standing_order(load_again(_STANDING_ORDER, orjson.loads(part)))


def _faults_of_entries(entries: list[Entry]) -> dict[str, Faults]:
    """The faults of a bulk's payments, below the list."""
    below = {place: entry.faults for place, entry in enumerate(entries) if entry.faults}
    return {"payments": below} if below else {}


def _staged(schema: Schema, faults: Mapping[str, Faults], ruled: Iterable[Finding]) -> Stages:
    """Findings of the scan, about unknown members, and of the fields; no stage is endless."""
    found = list(with_paths(faults))
    late = [finding(path, each) for path, each in found if not (each.early or each.unknown)]
    stages = (
        _in_order(schema, (finding(path, each) for path, each in found if each.early)),
        (finding(path, each) for path, each in found if each.unknown),
        _in_order(schema, (*late, *ruled)),
    )
    early, unknown_members, fields = (tuple(islice(stage, MOST_FAULTS)) for stage in stages)
    return early, unknown_members, fields


def _in_order(schema: Schema, findings: Iterable[Finding]) -> list[Finding]:
    """In the order of the schema, which is the order of validation (E5)."""
    return sorted(findings, key=lambda found: _place(schema, found.path or ""))


def _place(schema: Schema, path: str) -> tuple[int, ...]:
    """Where the path leads: places of members in their schemas, and positions in lists."""
    steps: list[int] = []
    within: Schema | None = schema
    for step in path.split("."):
        member, _, position = step.partition("[")
        place, within = _places(within).get(member, (-1, None)) if within else (-1, None)
        steps.append(place)
        if position:
            steps.append(int(position.removesuffix("]")))
    return tuple(steps)


@lru_cache(maxsize=16)
def _places(schema: Schema) -> dict[str, tuple[int, Schema | None]]:
    """The place of each member in its schema, and the schema of what is below it."""
    return {
        field.data_key or name: (place, _schema_of(field))
        for place, (name, field) in enumerate(schema.fields.items())
    }


def _schema_of(field: Any) -> Schema | None:
    inner = field.inner if isinstance(field, EntriesField | ListField) else field
    below: Schema | None = getattr(inner, "schema", None)
    return below
