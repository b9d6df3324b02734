"""The JSON bodies of bulks and periodic payments that tests like to send."""

from typing import Any

from tests.tpps import ABSENT, payment

DAY = "2026-03-05"
STANDING_ORDER = {"startDate": "2026-03-10", "frequency": "Monthly"}


def _changed(body: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (body | changes).items() if value is not ABSENT}


def standing_order(**changes: Any) -> dict[str, Any]:
    """The JSON part of a periodic payment, with other members."""
    return _changed(dict(STANDING_ORDER), changes)


def periodic(**changes: Any) -> dict[str, Any]:
    """A periodic payment; its changes are written as those of `payment`."""
    return payment(**STANDING_ORDER | changes)


def entry(**changes: Any) -> dict[str, Any]:
    """A payment of a bulk; its changes are written as those of `payment`."""
    return payment(debtorAccount=ABSENT, **changes)


def bulk(*entries: Any, **changes: Any) -> dict[str, Any]:
    """A bulk of these payments, or of one."""
    body = {
        "debtorAccount": {"iban": "DE80760700240271232400"},
        "payments": list(entries) or [entry()],
    }
    return _changed(body, changes)
