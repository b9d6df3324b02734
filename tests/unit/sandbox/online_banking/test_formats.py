from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sandbox.online_banking.formats import day, iban, minute, money, so_far


@pytest.mark.parametrize(
    "amount, text",
    [("0", "0.00"), ("1234567.5", "1,234,567.50"), ("-12.34", "\u221212.34")],
)
def test_money(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


def test_ibans_come_in_groups() -> None:
    assert iban("DE80760700240271232400").split("\u202f")[:3] == ["DE80", "7607", "0024"]


def test_days_and_minutes() -> None:
    assert day(date(2026, 3, 5)) == "5 March 2026"
    assert minute(datetime(2026, 3, 5, 9, 3, tzinfo=UTC)) == "5 March 2026, 09:03 UTC"


@pytest.mark.parametrize(
    "code, standing, text",
    [
        ("ACCP", False, "Authorised, not made yet"),
        ("ACCP", True, "Authorised, nothing paid yet"),
        ("ACSP", False, "About to be made"),
        ("ACSP", True, "Running, paid on its days"),
        ("PATC", True, "Waits for another person to authorise it"),
        ("ACWC", False, "ACWC"),
    ],
)
def test_statuses_in_words(code: str, text: str, *, standing: bool) -> None:
    assert so_far(code, standing=standing) == text
