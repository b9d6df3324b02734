"""What a foreign authorization server says of a token (RFC 7662, 2.2; RFC 8705, 3.2)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cms.domain.access import Scope
from xs2a.oauth.introspected import facts_told

PAYMENT = "0199c2a4-0000-7000-8000-000000000000"


@pytest.mark.parametrize("active", [False, None, "true", 1, {}])
def test_not_active_is_unknown(active: object) -> None:
    assert facts_told({"active": active, "client_id": "tpp"}) is None
    assert facts_told({}) is None


def test_all_that_can_be_said() -> None:
    told = facts_told(
        {
            "active": True,
            "client_id": "PSDDE-BAFIN-100001",
            "scope": f"openid PIS:{PAYMENT}",
            "exp": 1_700_000_000,
            "cnf": {"x5t#S256": "qrs"},
        }
    )
    assert told is not None
    assert (told.tpp, told.scope) == ("PSDDE-BAFIN-100001", Scope(PAYMENT))
    assert told.expires_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert told.certificate_thumbprint == "aabb"


@pytest.mark.parametrize(
    "member, value, field, read",
    [
        ("client_id", 7, "tpp", None),
        ("scope", ["PIS"], "scope", None),
        ("scope", "AIS", "scope", None),
        ("exp", "soon", "expires_at", None),
        ("exp", 1e30, "expires_at", None),
        ("cnf", "x", "certificate_thumbprint", None),
        ("cnf", {"x5t#S256": "?"}, "certificate_thumbprint", ""),
        ("cnf", {"x5t#S256": 7}, "certificate_thumbprint", ""),
    ],
)
def test_what_cannot_be_read(member: str, value: Any, field: str, read: Any) -> None:
    told = facts_told({"active": True, member: value})

    found = getattr(told, field)
    assert found is None if read is None else found not in (None, "aabb")
