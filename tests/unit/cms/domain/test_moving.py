"""The one function that sets a status, and what expires when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.errors import AlreadyFinalised, IllegalMove, Malformed, Unknown
from cms.domain.expiry import (
    ExpiryRules,
    authorisation_expired,
    confirmation_overdue,
    redirect_link_expired,
)
from cms.domain.ids import DEFAULT_TENANT, known_form, tenant_of
from cms.domain.moving import ensure_open, move
from cms.domain.payment import Payment
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
statuses = st.sampled_from(TransactionStatus)
causes = st.sampled_from(Cause)
periods = st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400))


def payment(status: TransactionStatus = TransactionStatus.RCVD) -> Payment:
    return Payment(
        payment_id="p",
        instance_id="UNDEFINED",
        tpp_id="t",
        service=PaymentService.PAYMENTS,
        product="sepa-credit-transfers",
        status=status,
        status_cause=Cause.INITIATED,
        status_changed_at=NOW,
        created_at=NOW,
        confirm_by=NOW,
        content_type="application/json",
    )


def authorisation() -> Authorisation:
    return Authorisation(
        authorisation_id="a",
        parent_id="p",
        instance_id="UNDEFINED",
        kind=AuthorisationKind.PIS_CREATION,
        sca_approach="REDIRECT",
        status=ScaStatus.RECEIVED,
        status_cause=Cause.STARTED,
        status_changed_at=NOW,
        created_at=NOW,
        expires_at=NOW,
        redirect_expires_at=NOW,
    )


def test_a_move_tells_all_of_itself() -> None:
    moved = payment()
    made = move(moved, Cause.BANK_REPORTED, at=LATER, reported=TransactionStatus.ACSP)

    assert made is not None
    assert (made.kind, made.resource_id, made.instance_id) == ("payment", "p", "UNDEFINED")
    assert (made.source, made.target) == (TransactionStatus.RCVD, TransactionStatus.ACSP)
    assert (made.cause, made.at) == (Cause.BANK_REPORTED, LATER)
    assert (moved.status, moved.status_cause, moved.status_changed_at) == (
        TransactionStatus.ACSP,
        Cause.BANK_REPORTED,
        LATER,
    )


@given(first=statuses, cause=causes, reported=st.none() | statuses)
def test_a_move_is_made_whole_or_refused(
    first: TransactionStatus, cause: Cause, reported: TransactionStatus | None
) -> None:
    moved = payment(first)
    try:
        made = move(moved, cause, at=LATER, reported=reported)
    except (AlreadyFinalised, IllegalMove):
        assert moved == payment(first)
        return

    if made is None:
        assert moved == payment(first)
    else:
        assert (made.source, made.target) == (first, moved.status)
        assert moved.status is not first
        assert moved.status_cause is cause
    if first.finalised:
        assert cause is Cause.ASPSP_PUSHED


@pytest.mark.parametrize("status", list(TransactionStatus))
def test_only_what_is_open_may_change(status: TransactionStatus) -> None:
    if status.finalised:
        with pytest.raises(AlreadyFinalised):
            ensure_open(payment(status))
    else:
        ensure_open(payment(status))


@given(status=statuses, waited=periods)
def test_only_a_payment_that_awaits_confirmation_can_be_overdue(
    status: TransactionStatus, waited: timedelta
) -> None:
    overdue = confirmation_overdue(payment(status), NOW + waited)

    assert overdue == (status in {"RCVD", "PATC"} and waited >= timedelta(0))


@given(waited=periods)
def test_links_and_authorisations_end_at_their_moment(waited: timedelta) -> None:
    over = waited >= timedelta(0)

    assert redirect_link_expired(authorisation(), NOW + waited) is over
    assert authorisation_expired(authorisation(), NOW + waited) is over


def test_each_period_has_a_rule_of_its_own() -> None:
    rules = ExpiryRules(timedelta(1), timedelta(2), timedelta(3))

    assert (rules.payment_confirmation, rules.authorisation, rules.redirect_link) == (
        timedelta(1),
        timedelta(2),
        timedelta(3),
    )


@given(st.uuids())
def test_our_own_ids_are_known_by_their_form(resource_id: object) -> None:
    assert known_form(str(resource_id)) == str(resource_id)


@given(st.text())
def test_nothing_else_is_looked_up(text: str) -> None:
    try:
        found = known_form(text)
    except Unknown:
        return
    assert len(found) == 36
    assert set(found) <= set("0123456789abcdef-")


@pytest.mark.parametrize("name", [None, "", " ", "UNDEFINED", "undefined", " Undefined "])
def test_the_default_tenant_has_several_names(name: str | None) -> None:
    assert tenant_of(name) == DEFAULT_TENANT


@given(st.text())
def test_a_tenant_is_named_plainly_or_refused(name: str) -> None:
    try:
        tenant = tenant_of(name)
    except Malformed as refusal:
        tenant, path = "", refusal.path
    else:
        path = None
    if path is None:
        assert tenant_of(tenant) == tenant == tenant_of(name.upper())
        assert 0 < len(tenant) <= 100
    else:
        assert path == "instance-id"
