"""Connectors and the bank state: it goes along with every call, and is stored afterwards (S4)."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from cms.domain.statuses import TransactionStatus
from cms.service.bank_states import LONGEST_STATE
from spi.answers import BankCode, Done, Unknown
from spi.types import BankState, Initiated
from tests.houses import World, refused
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import APPROACHES, cancel, start, update
from tests.tpps import PSU_ID, Made, TppClient

NAMED = {"PSU-ID": PSU_ID}


def adds_its_name(state: BankState, call: str) -> None:
    """A bank that keeps a list of what it was asked."""
    before = state.load()
    state.save((before + b"," if before else b"") + call.encode())


def noted(world: World, payment_id: str) -> list[str]:
    state = world.house.parts.bank_states.load(payment_id, "UNDEFINED")
    return state.decode().split(",") if state else []


def tpp_of(
    open_house: OpenHouse, pisp: str, approach: str = "REDIRECT", **common: Any
) -> TppClient:
    world = open_house(common=APPROACHES[approach] | common)
    world.bank.notes = adds_its_name
    return TppClient(world, pisp)


@pytest.mark.parametrize("approach", ["REDIRECT", "DECOUPLED", "EMBEDDED"])
def test_the_state_comes_with_the_payment(open_house: OpenHouse, pisp: str, approach: str) -> None:
    tpp = tpp_of(open_house, pisp, approach)
    made = tpp.initiated(headers=NAMED)

    assert noted(tpp.world, made.payment_id) == ["initiate_payment", "start_authorisation"]


def test_every_call_gets_the_state_of_its_payment(open_house: OpenHouse, pisp: str) -> None:
    tpp = tpp_of(open_house, pisp, "EMBEDDED")
    made, other = tpp.initiated(headers=NAMED), tpp.initiated(headers=NAMED)
    before = noted(tpp.world, other.payment_id)
    update(tpp, made.authorisation_path, {"psuData": {"password": "12345"}})
    update(tpp, made.authorisation_path, {"scaAuthenticationData": "123456"})
    tpp.get(made.authorisation_path)
    tpp.get(made.status_path)
    cancel(tpp, made)

    calls = [call for call in tpp.world.bank.asked if call != "initiate_payment"]
    assert noted(tpp.world, made.payment_id) == ["initiate_payment", *calls[:1], *calls[2:]]
    assert {"authenticate_psu", "select_sca_method", "execute_payment"} <= set(calls)
    assert {"read_sca_status", "read_payment_status", "begin_cancellation"} <= set(calls)
    assert noted(tpp.world, other.payment_id) == before


@pytest.mark.parametrize(
    "answer", [Unknown("time-out"), refused(BankCode.PAYMENT_FAILED), RuntimeError("connector")]
)
def test_what_the_bank_notes_is_stored_whatever_it_answers(
    open_house: OpenHouse, pisp: str, answer: Any
) -> None:
    tpp = tpp_of(open_house, pisp)
    made = tpp.initiated()
    tpp.world.bank.status = answer
    assert tpp.get(made.status_path).status_int in {400, 503}

    assert noted(tpp.world, made.payment_id)[-1] == "read_payment_status"


@pytest.mark.parametrize("answer", [Unknown("time-out"), refused(BankCode.SERVICE_BLOCKED)])
def test_a_failed_start_leaves_the_state_too(open_house: OpenHouse, pisp: str, answer: Any) -> None:
    tpp = tpp_of(open_house, pisp)
    tpp.world.bank.started = answer
    assert tpp.post().status_int >= 400

    key = tpp.world.bank.orders[-1].payment_id
    assert noted(tpp.world, key) == ["initiate_payment", "start_authorisation"]


@pytest.mark.parametrize("answer", [Unknown("time-out"), refused(BankCode.PAYMENT_FAILED)])
def test_no_payment_no_state(open_house: OpenHouse, pisp: str, answer: Any) -> None:
    tpp = tpp_of(open_house, pisp)
    tpp.world.bank.initiated = answer
    assert tpp.post().status_int >= 400

    assert tpp.world.rows()["bank_states"] == 0


def test_a_rejected_payment_keeps_its_state(open_house: OpenHouse, pisp: str) -> None:
    tpp = tpp_of(open_house, pisp)
    tpp.world.bank.initiated = Done(Initiated(TransactionStatus.RJCT))
    made = tpp.initiated()

    assert noted(tpp.world, made.payment_id) == ["initiate_payment"]


def test_an_explicit_start_and_a_lost_deed_have_it(open_house: OpenHouse, pisp: str) -> None:
    tpp = tpp_of(open_house, pisp, "EMBEDDED", startAuthorisationMode="explicit")
    made = tpp.initiated(headers=NAMED)
    started = start(tpp, made, {"psuData": {"password": "12345"}}, NAMED)
    path = orjson.loads(started.body)["_links"]["scaStatus"]["href"]
    tpp.world.bank.executed = Unknown("time-out")
    update(tpp, path.removeprefix("http://localhost"), {"scaAuthenticationData": "123456"})
    tpp.get(made.status_path)

    told = noted(tpp.world, made.payment_id)
    assert told[:2] == ["initiate_payment", "start_authorisation"]
    assert told[-3:] == ["execute_payment", "outcome_of", "read_payment_status"]


@pytest.mark.parametrize(
    "note",
    [lambda state: state.save(b"x" * (LONGEST_STATE + 1)), lambda state: state.save("text")],
    ids=["too long", "not bytes"],
)
def test_a_state_that_cannot_be_is_the_connectors_fault(
    open_house: OpenHouse, pisp: str, note: Callable[[BankState], None]
) -> None:
    tpp = tpp_of(open_house, pisp)
    made = tpp.initiated()
    before = noted(tpp.world, made.payment_id)
    tpp.world.bank.notes = lambda state, call: note(state)

    assert tpp.get(made.status_path).status_int == 503
    assert noted(tpp.world, made.payment_id) == before


def test_a_state_that_cannot_be_opened_is_no_answer(open_house: OpenHouse, pisp: str) -> None:
    tpp = tpp_of(open_house, pisp)
    made = tpp.initiated()
    tpp.world.forge_seals()
    assert tpp.get(made.status_path).status_int == 503

    tpp.world.bank.notes = None  # a bank that does not ask for it is not disturbed
    assert tpp.get(made.status_path).status_int == 200


def test_a_note_that_cannot_be_stored_takes_no_answer_along(
    open_house: OpenHouse, pisp: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The bank has executed: that is stored, whatever becomes of its note."""
    tpp = tpp_of(open_house, pisp, "EMBEDDED")
    tpp.world.bank.notes = None
    made = tpp.initiated(headers=NAMED)
    update(tpp, made.authorisation_path, {"psuData": {"password": "12345"}})
    tpp.world.bank.notes = lambda state, _: state.save(b"of the execution")
    with tpp.world.house.database.writes.begin() as connection:
        connection.execute(sa.text("ALTER TABLE bank_states RENAME TO away"))
    answer = update(tpp, made.authorisation_path, {"scaAuthenticationData": "123456"})

    assert answer.status_int == 200
    payment = tpp.world.house.parts.payments.find(made.payment_id, "UNDEFINED")
    assert (payment.status, payment.open_intent_id) == (TransactionStatus.ACCP, None)
    assert f"what the bank noted of payment {made.payment_id} is lost" in caplog.messages


def test_a_bank_that_notes_nothing_costs_nothing(world: World, tpp: TppClient) -> None:
    made: Made = tpp.initiated()
    tpp.get(made.status_path)

    assert world.rows()["bank_states"] == 0
    assert [context.state.load() for context in world.bank.contexts] == [None] * 3
