import pytest

from sandbox.core import sca
from sandbox.core.bank import Bank
from sandbox.core.people import PEOPLE, PERSON_BY_ID, ScaMethod
from sandbox.core.sca import OutOfTurn, ScaStatus
from sandbox.core.storage import Storage
from tests.unit.sandbox.bank_world import make_order

METHODS = [method for person in PEOPLE[:6] for method in person.methods]


@pytest.mark.parametrize("status", ScaStatus)
def test_which_statuses_are_closed(status: ScaStatus) -> None:
    assert status.closed == (status.value in {"finalised", "exempted", "failed"})


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.target)
def test_a_challenge_names_its_target_and_no_tan(method: ScaMethod) -> None:
    assert method.target in sca.challenge_for(method).text
    assert "123456" not in sca.challenge_for(method).text


@pytest.mark.parametrize("closed", [ScaStatus.FINALISED, ScaStatus.FAILED])
def test_what_is_closed_stays_closed(bank: Bank, storage: Storage, closed: ScaStatus) -> None:
    with storage.writing() as connection:
        sca.open_row(connection, "a", "payment-1")
        sca.close(connection, "a", closed)
        sca.authenticate(connection, "a", PERSON_BY_ID["dora.push"], make_order())
        sca.close(connection, "a", ScaStatus.FINALISED)
        row = sca.read_row(connection, "a")
    assert row is not None
    assert (row.sca_status, row.psu_id) == (closed, None)


def test_tries_never_go_below_none(bank: Bank, storage: Storage) -> None:
    with storage.writing() as connection:
        sca.open_row(connection, "a", "payment-1")
        left = [sca.count_wrong_tan(connection, "a") for _ in range(5)]
    assert left == [2, 1, 0, 0, 0]


def test_a_row_nobody_opened(bank: Bank, storage: Storage) -> None:
    with storage.writing() as connection, pytest.raises(OutOfTurn):
        sca.locked_row(connection, "a")
