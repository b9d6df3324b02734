"""New rows are kept together or not at all; on both engines."""

from collections.abc import Callable
from functools import partial

import psycopg
import pytest

from cms.domain.errors import KeptBefore
from cms.domain.kept_answer import KeptAnswer
from cms.service.payments import NewPayment
from cms.store.unit_of_work import AlreadyThere
from tests.store.rooms import BODY, FULL_TPP, TENANT, Rooms, race

ANSWER = KeptAnswer("key", "digest", 201, "{}", b"{}")


def _same_payment(rooms: Rooms) -> NewPayment:
    payment, _ = rooms.kept()
    return NewPayment(payment, BODY, rooms.authorisation(payment))


def _same_authorisation(rooms: Rooms) -> NewPayment:
    _, authorisation = rooms.kept()
    payment = rooms.full_payment()
    fields = {"authorisation_id": authorisation.authorisation_id}
    return NewPayment(payment, BODY, rooms.authorisation(payment, **fields))


@pytest.mark.parametrize("conflict", [_same_payment, _same_authorisation])
def test_nothing_stays_when_a_row_is_there_already(
    rooms: Rooms, conflict: Callable[[Rooms], NewPayment]
) -> None:
    new = conflict(rooms)
    before = rooms.rows()

    with pytest.raises(AlreadyThere):
        rooms.payments.keep(new)
    assert rooms.rows() == before


def test_nothing_stays_when_the_answer_is_there_already(rooms: Rooms) -> None:
    rooms.payments.keep(NewPayment(rooms.payment(), BODY, answer=ANSWER))
    before = rooms.rows()
    payment = rooms.full_payment()

    with pytest.raises(KeptBefore):
        rooms.payments.keep(NewPayment(payment, BODY, rooms.authorisation(payment), answer=ANSWER))
    assert rooms.rows() == before


def test_a_payment_needs_its_tpp(rooms: Rooms) -> None:
    with pytest.raises((AlreadyThere, psycopg.errors.ForeignKeyViolation)):
        rooms.payments.keep(NewPayment(rooms.payment(tpp_id="nobody"), BODY))
    assert rooms.rows()["payments"] == 0


def test_of_racing_requests_with_one_key_one_is_kept(rooms: Rooms) -> None:
    news = [NewPayment(rooms.full_payment(), BODY, answer=ANSWER) for _ in range(6)]
    results = race(*((lambda new=new: rooms.payments.keep(new)) for new in news))

    assert sorted(type(each).__name__ for each in results) == ["KeptBefore"] * 5 + ["NoneType"]
    rows = rooms.rows()
    assert (rows["payments"], rows["payment_psus"], rows["idempotent_answers"]) == (1, 2, 1)


def test_many_at_once_are_all_kept(rooms: Rooms) -> None:
    def keep() -> None:
        for _ in range(5):
            payment = rooms.full_payment()
            rooms.payments.keep(NewPayment(payment, BODY, rooms.authorisation(payment)))

    rooms.tpps.register(FULL_TPP, TENANT)
    ids = iter(range(1, 1000))
    rooms.new_id = lambda: f"00000000-0000-4000-8000-{next(ids):012}"  # type: ignore[method-assign]

    assert race(*[keep] * 6) == [None] * 6
    rows = rooms.rows()
    assert (rows["payments"], rows["payment_psus"], rows["authorisations"]) == (30, 60, 30)


def test_threads_come_and_go_and_leave_their_connections_to_others(rooms: Rooms) -> None:
    """A server ends threads that are idle; none of them may take a connection with it."""
    rooms.tpps.register(FULL_TPP, TENANT)
    database = rooms.database
    engine = database.writes if database.sqlite else database.reads
    taken = []
    for _ in range(5):
        payment = rooms.full_payment()
        new = NewPayment(payment, BODY, rooms.authorisation(payment))
        assert race(partial(rooms.payments.keep, new)) == [None]
        taken.append(engine.pool.checkedout())  # type: ignore[attr-defined]

    assert taken == [1] * 5
