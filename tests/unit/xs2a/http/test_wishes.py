"""Wishes of a TPP: only the word `true` is one, and a blank header is no header (spec 2.2)."""

import pytest

from cms.domain.payment import RedirectUris
from xs2a.http.sent import SentHeaders, headers_in
from xs2a.http.wishes import (
    prefers_explicit,
    redirect_uris,
    redirect_uris_of_start,
    sca_wishes,
)
from xs2a.sca.approaches import Wishes


def sent(**headers: str | None) -> SentHeaders:
    return headers_in({f"HTTP_{name.upper()}": value for name, value in headers.items()})


@pytest.mark.parametrize(
    "value, wish",
    [
        (None, None),
        ("", None),
        (" ", None),
        ("true", True),
        ("TRUE", True),
        (" true ", True),
        ("false", False),
        ("yes", False),
        ("on", False),
        ("no", False),
    ],
)
def test_only_the_word_true_is_a_wish(value: str | None, wish: bool | None) -> None:
    assert sca_wishes(sent(tpp_redirect_preferred=value)) == Wishes(redirect=wish)
    assert sca_wishes(sent(tpp_decoupled_preferred=value)) == Wishes(decoupled=wish)
    assert prefers_explicit(sent(tpp_explicit_authorisation_preferred=value)) is (wish is True)


@pytest.mark.parametrize(
    "ok, nok, kept, of_start",
    [
        ("a:b", "c:d", RedirectUris("a:b", "c:d"), RedirectUris("a:b", "c:d")),
        ("a:b", None, RedirectUris("a:b"), RedirectUris("a:b")),
        (None, "c:d", RedirectUris(), RedirectUris(None, "c:d")),
        (" ", "c:d", RedirectUris(), RedirectUris(None, "c:d")),
        ("a:b", "", RedirectUris("a:b"), RedirectUris("a:b")),
        (None, None, RedirectUris(), RedirectUris()),
    ],
)
def test_without_a_way_back_for_the_good_case_there_is_none_for_the_bad_one(
    ok: str | None, nok: str | None, kept: RedirectUris, *, of_start: RedirectUris
) -> None:
    headers = sent(tpp_redirect_uri=ok, tpp_nok_redirect_uri=nok)

    assert redirect_uris(headers) == kept
    assert redirect_uris_of_start(headers) == of_start
