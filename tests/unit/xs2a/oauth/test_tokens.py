"""Is a presented token good? Each row of the table by what it is about (spec 4; RFC 6750, 8705)."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from cms.domain.access import Scope
from cms.domain.errors import Refusal
from cms.domain.parties import PsuId
from tests.houses import NOW
from xs2a.errors import TokenExpired, TokenInvalid, TokenUnknown
from xs2a.oauth.issuers import ExpectedIssuer, place_of
from xs2a.oauth.tokens import ROWS, Granted, TokenFacts, Use, check

PAYMENT, OTHER = "0199-the-payment", "0199-another"
NORTH = ExpectedIssuer(place_of("https://north.bank.example"), to_be_told=False)
ANTON, MARION = PsuId("anton.brueckner"), PsuId("marion.mueller")
FIRM_1, FIRM_2 = (PsuId("anton.brueckner", psu_corporate_id=each) for each in ("1", "2"))
GOOD = TokenFacts(
    "tpp",
    (Scope(PAYMENT),),
    expires_at=NOW + timedelta(hours=1),
    certificate_thumbprint="aa",
    psu=ANTON,
)
USE = Use("tpp", "aa", PAYMENT, ANTON, NOW)

BAD = [
    ({"tpp": "another"}, {}, TokenInvalid),
    ({"tpp": None}, {}, TokenInvalid),
    ({"void": True}, {}, TokenInvalid),
    ({"expires_at": NOW}, {}, TokenExpired),
    ({"void": True, "expires_at": NOW}, {}, TokenInvalid),
    ({"tpp": "another", "expires_at": NOW}, {}, TokenInvalid),
    ({"certificate_thumbprint": "bb"}, {}, TokenInvalid),
    ({}, {"certificate_thumbprint": None}, TokenInvalid),
    ({"scopes": ()}, {}, TokenInvalid),
    ({"scopes": (Scope(OTHER), Scope("0199-a-third"))}, {}, TokenInvalid),
    ({"issuer": "https://south.bank.example"}, {"issuer": NORTH}, TokenInvalid),
    ({}, {"issuer": replace(NORTH, to_be_told=True)}, TokenInvalid),
    ({}, {"payment_id": OTHER}, TokenInvalid),
    ({}, {"payment_id": None}, TokenInvalid),
    ({}, {"psu": MARION}, TokenInvalid),
    ({"psu": FIRM_1}, {"psu": FIRM_2}, TokenInvalid),
    ({"not_before": NOW + timedelta(seconds=1)}, {}, TokenInvalid),
]
FINE = [
    ({}, {}),
    ({"expires_at": None}, {}),
    ({"certificate_thumbprint": None}, {"certificate_thumbprint": None}),
    ({"scopes": (Scope(),)}, {"payment_id": OTHER}),
    ({"scopes": (Scope(),)}, {"payment_id": None}),
    ({}, {"issuer": NORTH}),
    ({"issuer": "https://north.bank.example"}, {"issuer": replace(NORTH, to_be_told=True)}),
    ({"issuer": "https://north.bank.example"}, {}),
    ({"psu": None}, {"psu": MARION}),
    ({}, {"psu": None}),
    ({}, {"psu": PsuId("anton.brueckner", "EMAIL")}),
    ({"psu": FIRM_1}, {"psu": ANTON}),
    ({"not_before": NOW}, {}),
]


@pytest.mark.parametrize("token, use, refusal", BAD)
def test_what_is_not_good(
    token: dict[str, object], use: dict[str, object], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        check(replace(GOOD, **token), replace(USE, **use))  # type: ignore[arg-type]


@pytest.mark.parametrize("token, use", FINE)
def test_what_is_good(token: dict[str, object], use: dict[str, object]) -> None:
    facts = replace(GOOD, **token)  # type: ignore[arg-type]

    granted = check(facts, replace(USE, **use))  # type: ignore[arg-type]
    assert granted == Granted(facts.scopes[0], facts.psu)


@pytest.mark.parametrize("payment_id", [PAYMENT, OTHER, None])
def test_of_several_scopes_any_may_fit(payment_id: str | None) -> None:
    """Whatever their order; the one that is for this payment alone comes first."""
    use = replace(USE, payment_id=payment_id)
    for scopes in permutations((Scope(PAYMENT), Scope(OTHER), Scope())):
        assert check(replace(GOOD, scopes=scopes), use).scope == Scope(payment_id)


def test_nobody_has_issued_it() -> None:
    with pytest.raises(TokenUnknown):
        check(None, USE)


def test_only_the_tokens_own_tpp_learns_why() -> None:
    told = {row.name for row in ROWS if row.text or row.refusal is TokenExpired}
    assert {row.name for row in ROWS} - told == {"another TPP's"}
    assert ROWS[0].name == "another TPP's"  # so that nobody else learns anything


def test_each_row_is_needed() -> None:
    cases = [(replace(GOOD, **t), replace(USE, **u)) for t, u, _ in BAD]  # type: ignore[arg-type]

    for row in ROWS:
        alone = [[each.name for each in ROWS if each.applies(t, u)] for t, u in cases]
        assert [row.name] in alone
