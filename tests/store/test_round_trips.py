"""What is kept is found again, whole; on both engines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from cms.domain.approach import Approach
from cms.domain.errors import Unknown
from cms.domain.intent import LONGEST_BANK_CALL, BankIntent, Deed
from cms.domain.kept_answer import KeptAnswer
from cms.domain.parties import PsuId, Role, ShownCertificate, Tpp
from cms.domain.payment import CancellationRequest, RedirectUris
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.service.intents import Subject
from cms.service.payments import NewPayment
from cms.service.sca import ScaStep
from tests.houses import NOW
from tests.store.rooms import (
    BARE_TPP,
    BODY,
    CANCELLATION,
    CREATION,
    FULL_TPP,
    PSU,
    TENANT,
    Rooms,
)


@pytest.mark.parametrize("full", [True, False])
def test_a_payment_comes_back_as_it_was_kept(rooms: Rooms, *, full: bool) -> None:
    payment = rooms.full_payment() if full else rooms.payment()
    rooms.payments.keep(NewPayment(payment, BODY))
    found = rooms.payments.find(payment.payment_id, TENANT)

    assert found == payment
    assert found.created_at.utcoffset() == timedelta(0)
    assert rooms.payments.body(found) == BODY
    assert rooms.payments.tpp_of(found) == FULL_TPP


@pytest.mark.parametrize("full", [True, False])
def test_an_authorisation_comes_back_as_it_was_kept(rooms: Rooms, *, full: bool) -> None:
    payment = rooms.payment()
    more = {
        "psu": PSU,
        "redirect_uris": RedirectUris("https://pay.example/ok", "https://pay.example/nok"),
        "authentication_method_id": "sms",
        "confirmation_code_hash": "0123456789abcdef",
    }
    authorisation = rooms.authorisation(payment, **(more if full else {}))
    rooms.payments.keep(NewPayment(payment, BODY, authorisation))

    assert rooms.authorisations.find(authorisation.authorisation_id, TENANT) == authorisation
    assert rooms.authorisations.of_payment(payment, CREATION) == [authorisation]


def test_every_approach_is_kept(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    for approach in Approach:
        assert rooms.stored(rooms.start(payment, sca_approach=approach)).sca_approach is approach


def test_the_two_kinds_of_authorisations_are_kept_apart(rooms: Rooms) -> None:
    payment, creation = rooms.kept()
    rooms.sca.request_cancellation(payment, CancellationRequest(NOW))
    cancellation = rooms.start(payment, kind=CANCELLATION)

    assert rooms.authorisations.of_payment(payment, CREATION) == [creation]
    assert rooms.authorisations.of_payment(payment, CANCELLATION) == [cancellation]
    with pytest.raises(Unknown):
        rooms.authorisations.below(payment, creation.authorisation_id, CANCELLATION)


def test_a_request_to_cancel_is_kept_and_the_newer_one_counts(rooms: Rooms) -> None:
    payment, _ = rooms.kept()
    first = CancellationRequest(NOW, RedirectUris("https://pay.example/c"), rooms.new_id())
    for asked in (first, CancellationRequest(NOW + timedelta(minutes=1))):
        rooms.sca.request_cancellation(payment, asked)
        assert rooms.stored(payment).cancellation == asked


def test_a_step_is_kept_with_all_that_is_known_since(rooms: Rooms) -> None:
    payment, authorisation = rooms.kept()
    step = ScaStep(
        ScaStatus.SCA_METHOD_SELECTED, psu=PSU, method_id="push", approach=Approach.DECOUPLED
    )
    kept_payment, kept = rooms.sca.take(authorisation, step)

    assert rooms.stored(authorisation) == kept
    assert rooms.stored(payment) == kept_payment
    assert (kept.status, kept.psu, kept.authentication_method_id, kept.sca_approach) == (
        ScaStatus.SCA_METHOD_SELECTED,
        PSU,
        "push",
        Approach.DECOUPLED,
    )


@pytest.mark.parametrize("deed", list(Deed))
@pytest.mark.parametrize("by_psu", [True, False])
def test_an_intent_comes_back_as_it_was_kept(rooms: Rooms, deed: Deed, *, by_psu: bool) -> None:
    payment, authorisation = rooms.kept()
    subject = Subject(payment, authorisation if by_psu else None)
    intent_id = rooms.new_id()
    kept = rooms.intents.open(subject, deed, intent_id=intent_id, sca_status=ScaStatus.EXEMPTED)

    assert kept == BankIntent(
        intent_id=intent_id,
        payment_id=payment.payment_id,
        instance_id=TENANT,
        deed=deed,
        sca_status=ScaStatus.EXEMPTED,
        created_at=NOW,
        resolve_from=NOW + LONGEST_BANK_CALL,
        authorisation_id=authorisation.authorisation_id if by_psu else None,
    )
    assert rooms.stored(payment).open_intent_id == intent_id
    assert rooms.intents.of_payment(rooms.stored(payment)) == kept
    assert rooms.intents.of_payment(payment) is None  # as it was seen before


def shown(tpp: Tpp, thumbprint: str, valid_for: timedelta = timedelta(0)) -> ShownCertificate:
    return ShownCertificate(thumbprint, NOW + valid_for, tpp.roles)


@pytest.mark.parametrize("tpp", [FULL_TPP, BARE_TPP])
def test_a_tpp_comes_back_as_it_was_last_seen(rooms: Rooms, tpp: Tpp) -> None:
    key = rooms.tpps.register(tpp, TENANT)
    newer = Tpp(tpp.authorisation_number, tpp.authority_id, "New", roles=frozenset({Role.PSP_IC}))

    with rooms.store.reading() as uow:
        assert uow.tpps.find(key) == tpp
    assert rooms.tpps.register(newer, TENANT) == key
    with rooms.store.reading() as uow:
        assert uow.tpps.find(key) == newer
        assert uow.tpps.find("x") is None


def test_a_tpp_has_what_its_valid_certificates_say(rooms: Rooms) -> None:
    """Whichever of them it has shown last, and to whichever process."""
    first = replace(FULL_TPP, roles=frozenset({Role.PSP_PI}), domains=("a.example", "b.example"))
    second = replace(FULL_TPP, roles=frozenset({Role.PSP_AI}), domains=("b.example", "*.c.example"))
    days = timedelta(days=1)
    key = rooms.tpps.register(first, TENANT, shown(first, "11", 2 * days))
    rooms.tpps.register(second, TENANT, shown(second, "22", days))
    rooms.tpps.register(first, TENANT, shown(first, "11", 2 * days))
    rooms.tpps.register(first, "another", shown(first, "33", 9 * days))

    def certified() -> tuple[set[Role], set[str]]:
        found = rooms.tpps.certified(FULL_TPP.authorisation_number, TENANT)[key]
        return set(found.roles), set(found.domains)

    assert certified() == ({Role.PSP_PI, Role.PSP_AI}, {"a.example", "b.example", "*.c.example"})
    rooms.clock.advance(days)
    assert certified() == ({Role.PSP_PI}, {"a.example", "b.example"})
    rooms.clock.advance(days)
    assert certified() == (set(), set())


def test_the_roles_in_force_may_change_with_each_request(rooms: Rooms) -> None:
    """As the bank's proxy allows them; a process knows what it has seen last."""
    of_bank = shown(FULL_TPP, "11", timedelta(days=1))
    for roles in ({Role.PSP_AI}, {Role.PSP_PI}, set[Role](), {Role.PSP_AI}):
        key = rooms.tpps.register(FULL_TPP, TENANT, replace(of_bank, roles=frozenset(roles)))

        found = rooms.tpps.certified(FULL_TPP.authorisation_number, TENANT)[key]
        assert found.roles == roles


def test_a_tpp_without_a_certificate_has_its_roles(rooms: Rooms) -> None:
    key = rooms.tpps.register(FULL_TPP, TENANT)
    found = rooms.tpps.certified(FULL_TPP.authorisation_number, TENANT)[key]

    assert (found.roles, found.domains) == (FULL_TPP.roles, ())


def test_a_known_certificate_costs_nothing(rooms: Rooms) -> None:
    """What this process has written is not written again: here it stays away."""
    key = rooms.tpps.register(FULL_TPP, TENANT, shown(FULL_TPP, "11"))
    rooms.tpps.register(FULL_TPP, TENANT, shown(FULL_TPP, "22"))
    with rooms.database.writes.begin() as connection:
        connection.execute(sa.text("DELETE FROM tpp_certificates"))

    assert rooms.tpps.register(FULL_TPP, TENANT, shown(FULL_TPP, "11")) == key
    assert rooms.rows()["tpp_certificates"] == 0


def test_a_tpp_is_another_for_each_tenant(rooms: Rooms) -> None:
    assert rooms.tpps.register(FULL_TPP, "one") != rooms.tpps.register(FULL_TPP, "two")
    assert rooms.rows()["tpps"] == 2


def test_an_answer_comes_back_byte_for_byte(rooms: Rooms) -> None:
    answer = KeptAnswer("key", "digest", 201, '{"Location": "https://x/ä"}', b"\x00\xff{}")
    rooms.payments.keep(NewPayment(rooms.payment(), BODY, answer=answer))

    assert rooms.idempotency.find("key") == answer
    assert rooms.idempotency.find("another") is None


def test_psus_come_back_in_their_order(rooms: Rooms) -> None:
    payment, authorisation = rooms.kept()
    for name in ("z", "a", "m"):
        rooms.authorisations.name_psu(authorisation.authorisation_id, TENANT, PsuId(name))
    found = rooms.payments.find(payment.payment_id, TENANT)

    assert [psu.psu_id for psu in found.psus] == [PSU.psu_id, "z", "a", "m"]


@pytest.mark.parametrize("payment_id", ["x", "", "00000000-0000-4000-8000-00000000000A", "\x00"])
def test_ids_of_another_form_are_unknown(rooms: Rooms, payment_id: str) -> None:
    with pytest.raises(Unknown):
        rooms.payments.find(payment_id, TENANT)
    with pytest.raises(Unknown):
        rooms.authorisations.find(payment_id, TENANT)


def test_another_tenant_finds_nothing(rooms: Rooms) -> None:
    payment, authorisation = rooms.kept()

    with pytest.raises(Unknown):
        rooms.payments.find(payment.payment_id, "other")
    with pytest.raises(Unknown):
        rooms.authorisations.find(authorisation.authorisation_id, "other")


@pytest.mark.parametrize("hours", [-11, 0, 5.5, 14])
def test_moments_are_kept_whatever_their_zone(rooms: Rooms, hours: float) -> None:
    zone = timezone(timedelta(hours=hours))
    moment = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=zone)
    payment = rooms.payment(created_at=moment, confirm_by=datetime(9999, 12, 31, tzinfo=UTC))
    rooms.payments.keep(NewPayment(payment, BODY))
    found = rooms.payments.find(payment.payment_id, TENANT)

    assert found.created_at == moment
    assert found.created_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(rooms: Rooms) -> None:
    naive = NOW.replace(tzinfo=None)

    with pytest.raises(Exception, match="time zone"):
        rooms.payments.keep(NewPayment(rooms.payment(created_at=naive), BODY))
    assert rooms.rows()["payments"] == 0


def test_every_transaction_status_is_kept(rooms: Rooms) -> None:
    for status in TransactionStatus:
        payment = rooms.payment(status=status)
        rooms.payments.keep(NewPayment(payment, BODY))
        assert rooms.stored(payment).status is status


def test_every_sca_status_is_kept(rooms: Rooms) -> None:
    for status in ScaStatus:
        payment = rooms.payment()
        authorisation = rooms.authorisation(payment, status=status)
        rooms.payments.keep(NewPayment(payment, BODY, authorisation))
        assert rooms.stored(authorisation).status is status


def test_reads_see_what_is_committed_and_nothing_else(rooms: Rooms) -> None:
    _, authorisation = rooms.kept()

    with rooms.store.writing() as uow:
        uow.authorisations.set_method(authorisation, "sms")
        before = rooms.stored(authorisation)
    after = rooms.stored(authorisation)

    assert (before.authentication_method_id, after.authentication_method_id) == (None, "sms")


def test_what_is_raised_undoes_the_unit_of_work(rooms: Rooms) -> None:
    _, authorisation = rooms.kept()

    def half() -> None:
        with rooms.store.writing() as uow:
            uow.authorisations.set_method(authorisation, "sms")
            raise Unknown

    with pytest.raises(Unknown):
        half()
    found = rooms.stored(authorisation)
    assert found.authentication_method_id is None
