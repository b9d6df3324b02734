"""What a foreign authorization server says of a token (RFC 7662, 2.2; RFC 8705, 3.2)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cms.domain.access import Scope
from cms.domain.parties import PsuId
from xs2a.errors import TokenInvalid
from xs2a.oauth.introspected import facts_told
from xs2a.oauth.tokens import TokenFacts

PAYMENT = "0199c2a4-0000-7000-8000-000000000000"
THUMBPRINT = "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo"  # 32 bytes 0xaa


@pytest.mark.parametrize("active", [False, None, "true", 1, {}])
def test_not_active_is_unknown(active: object) -> None:
    assert facts_told({"active": active, "client_id": "tpp"}) is None
    assert facts_told({}) is None


def test_all_that_can_be_said() -> None:
    told = facts_told(
        {
            "active": True,
            "client_id": "PSDDE-BAFIN-100001",
            "scope": f"openid PIS:{PAYMENT} PIS",
            "iss": "https://own.bank.example",
            "exp": 1_700_000_000,
            "nbf": 1_600_000_000.5,
            "username": "anton.brueckner",
            "cnf": {"x5t#S256": THUMBPRINT, "jwk": "of another use"},
            "sub": 7,
        }
    )
    assert told is not None
    assert (told.tpp, told.scopes) == ("PSDDE-BAFIN-100001", (Scope(PAYMENT), Scope()))
    assert told.issuer == "https://own.bank.example"
    assert told.expires_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert told.not_before == datetime(2020, 9, 13, 12, 26, 40, 500_000, tzinfo=UTC)
    assert told.certificate_thumbprint == "aa" * 32
    assert told.psu == PsuId("anton.brueckner")


def test_what_is_not_said_binds_nothing() -> None:
    told = facts_told({"active": True, "client_id": "tpp", "scope": "AIS"})
    assert told == TokenFacts("tpp", ())


@pytest.mark.parametrize(
    "member, values",
    [
        ("client_id", [7, None, "", ["tpp"]]),
        ("scope", [["PIS"], None, {}]),
        ("iss", [7, None, "", ["https://own.bank.example"]]),
        ("username", [7, None, " ", ["anton.brueckner"]]),
        ("exp", ["soon", "1700000000", 1e30, float("nan"), float("inf"), True, None, []]),
        ("nbf", ["soon", -1e30, float("nan"), False, None]),
        ("cnf", ["x", None, {}, [], {"jkt": THUMBPRINT}, {"x5t": THUMBPRINT}]),
    ],
)
def test_a_member_that_cannot_be_read_opens_nothing(member: str, values: list[Any]) -> None:
    good = {"active": True, "client_id": "tpp", "scope": "PIS"}
    for value in values:
        with pytest.raises(TokenInvalid):
            facts_told({**good, member: value})


@pytest.mark.parametrize(
    "thumbprint", ["", "?", "qrs", 7, None, THUMBPRINT[:-2], f"{THUMBPRINT}AAAA"]
)
def test_a_binding_that_cannot_be_read_opens_nothing(thumbprint: Any) -> None:
    with pytest.raises(TokenInvalid):
        facts_told({"active": True, "cnf": {"x5t#S256": thumbprint}})
