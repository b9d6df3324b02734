"""The one function that sets a status, and what expires when."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.errors import AlreadyFinalised, IllegalMove, Malformed, Unknown
from cms.domain.expiry import (
    ExpiryRules,
    authorisation_expired,
    confirmation_overdue,
    redirect_link_expired,
    visit_too_late,
)
from cms.domain.ids import DEFAULT_TENANT, known_form, tenant_of
from cms.domain.moving import ensure_open, move
from cms.domain.profile import PisProfile, Profile
from cms.domain.statuses import Cause, TransactionStatus
from tests.unit.cms.domain.resources import NOW, authorisation, payment

LATER = NOW + timedelta(hours=1)
statuses = st.sampled_from(TransactionStatus)
causes = st.sampled_from(Cause)
CREATION, CANCELLATION = AuthorisationKind.PIS_CREATION, AuthorisationKind.PIS_CANCELLATION
periods = st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400))


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


@pytest.mark.parametrize(
    "over, kind, too_late",
    [
        ((), CREATION, False),
        (("link",), CREATION, True),
        (("authorisation",), CREATION, True),
        (("payment",), CREATION, True),
        ((), CANCELLATION, False),
        (("link",), CANCELLATION, True),
        (("authorisation",), CANCELLATION, True),
        (("payment",), CANCELLATION, False),  # what nobody has authorised can still be cancelled
    ],
)
def test_a_visit_is_too_late_when_anything_it_needs_is_over(
    over: tuple[str, ...], kind: AuthorisationKind, *, too_late: bool
) -> None:
    ends = {name: NOW if name in over else LATER for name in ("link", "authorisation", "payment")}
    visited = authorisation(
        kind=kind, redirect_expires_at=ends["link"], expires_at=ends["authorisation"]
    )

    assert visit_too_late(payment(confirm_by=ends["payment"]), visited, NOW) is too_late


def test_each_period_has_a_rule_of_its_own() -> None:
    days = timedelta(1), timedelta(2), timedelta(3), timedelta(4)
    rules = ExpiryRules(*days)

    assert days == (
        rules.payment_confirmation,
        rules.authorisation,
        rules.redirect_link,
        rules.cancellation_link,
    )


def test_a_link_to_cancel_has_its_own_key() -> None:
    pis = PisProfile(payment_cancellation_redirect_url_expiration_time=timedelta(7))
    rules = ExpiryRules.of(Profile(pis=pis))

    assert rules.cancellation_link == timedelta(7)
    assert rules.redirect_link == Profile().common.redirect_url_expiration_time


@pytest.mark.parametrize(
    "kind, approach, period",
    [
        (CREATION, Approach.REDIRECT, "redirect_link"),
        (CREATION, Approach.OAUTH, "redirect_link"),
        (CREATION, Approach.EMBEDDED, "authorisation"),
        (CREATION, Approach.DECOUPLED, "authorisation"),
        (CANCELLATION, Approach.REDIRECT, "cancellation_link"),
        (CANCELLATION, Approach.OAUTH, "cancellation_link"),
        (CANCELLATION, Approach.EMBEDDED, "authorisation"),
        (CANCELLATION, Approach.DECOUPLED, "authorisation"),
    ],
)
def test_a_link_lives_by_kind_and_approach(
    kind: AuthorisationKind, approach: Approach, period: str
) -> None:
    rules = ExpiryRules(timedelta(9), timedelta(8), timedelta(3), timedelta(4))

    assert rules.link_of(kind, approach) == getattr(rules, period)


@pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
@pytest.mark.parametrize("approach", list(Approach))
def test_no_link_outlives_its_authorisation(kind: AuthorisationKind, approach: Approach) -> None:
    rules = ExpiryRules(timedelta(9), timedelta(2), timedelta(3), timedelta(4))

    assert rules.link_of(kind, approach) == timedelta(2)


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
