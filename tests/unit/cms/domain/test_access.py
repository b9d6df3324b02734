"""Scopes, answers and the end of a token (RFC 6749; spec 4)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cms.domain.access import AccessRequest, Scope, Token, TokenKind
from tests.houses import NOW

PAYMENT = "0199c2a4-0000-7000-8000-000000000000"
HOUR = timedelta(hours=1)
REQUEST = AccessRequest(
    request_id="r",
    instance_id="UNDEFINED",
    tpp_id="t",
    client_id="c",
    scope=Scope(PAYMENT),
    redirect_uri="https://pay.example/ok",
    code_challenge="x",
    created_at=NOW,
    expires_at=NOW + HOUR,
)
TOKEN = Token(TokenKind.ACCESS, REQUEST, NOW, NOW + HOUR)


@pytest.mark.parametrize("text", ["PIS", f"PIS:{PAYMENT}"])
def test_scopes(text: str) -> None:
    assert str(Scope.named(text)) == text


@pytest.mark.parametrize(
    "text", ["", "pis", "PIS ", "PIS:", "PIS:x", f"PIS:{PAYMENT}\n", f"PIS {PAYMENT}", "AIS"]
)
def test_what_is_no_scope(text: str) -> None:
    assert Scope.named(text) is None


@pytest.mark.parametrize(
    "uri, state, answer",
    [
        ("https://a.example/", None, "https://a.example/?code=c&iss=https%3A%2F%2Fi.example"),
        (
            "https://a.example/?x=%20y",
            "s &",
            "https://a.example/?x=%20y&code=c&state=s+%26&iss=https%3A%2F%2Fi.example",
        ),
    ],
)
def test_answers(uri: str, state: str | None, answer: str) -> None:
    request = replace(REQUEST, redirect_uri=uri, state=state)

    assert request.answer("https://i.example", code="c", confirmationCode=None) == answer


@pytest.mark.parametrize(
    "token, good",
    [
        (TOKEN, True),
        (replace(TOKEN, revoked_at=NOW), False),
        (replace(TOKEN, used_at=NOW), False),
        (replace(TOKEN, expires_at=NOW), False),
        (replace(TOKEN, request=replace(REQUEST, revoked_at=NOW)), False),
    ],
)
def test_the_end_of_a_token(token: Token, *, good: bool) -> None:
    assert token.good_at(NOW) is good
