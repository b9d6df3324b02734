from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from sandbox.core.bank import Bank
from sandbox.core.orders import INSTANT, BankUnavailable, OrderStatus
from sandbox.core.storage import Storage, from_ms, to_ms
from tests.unit.sandbox.bank_world import Clock, Codes, booked, make_order, pay


@pytest.mark.parametrize(
    "pragma, value",
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)],
)
def test_sqlite_is_opened_durable(storage: Storage, pragma: str, value: object) -> None:
    with storage.reading() as reading, storage.writing() as writing:
        for connection in (reading, writing):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_moments_survive_the_tables() -> None:
    moment = datetime(2026, 3, 2, 12, 0, 0, 123_000, tzinfo=UTC)
    assert from_ms(to_ms(moment)) == moment
    assert to_ms(moment.astimezone(timezone(timedelta(hours=5)))) == to_ms(moment)


def test_books_that_cannot_be_read_make_the_bank_unavailable(tmp_path: Path) -> None:
    storage = Storage(f"sqlite:///{tmp_path}/no-such-folder/bank.db")
    clock = Clock()
    bank = Bank(storage, clock=clock, sleep=clock.slept.append, new_code=Codes())
    assert not bank.is_ready()
    with pytest.raises(BankUnavailable) as unavailable:
        bank.payment_status("payment-1")
    assert "SELECT" not in str(unavailable.value)


def test_a_bank_that_is_set_up_is_ready(bank: Bank) -> None:
    assert bank.is_ready()


def test_books_of_an_earlier_version_are_begun_anew(
    bank: Bank, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    pay(bank, make_order(product=INSTANT))
    with storage.writing() as connection:
        connection.execute(text("ALTER TABLE bank_authorisations DROP COLUMN purpose"))
    bank.set_up()
    assert "earlier version" in caplog.text
    assert bank.payment_status("payment-1") is None
    assert booked(bank, "anton.brueckner") == 10_000
    assert pay(bank, make_order()).status is OrderStatus.ACCP
    bank.set_up()
    assert bank.payment_status("payment-1") is OrderStatus.ACCP
