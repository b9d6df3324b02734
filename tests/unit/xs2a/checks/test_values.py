"""Values of a payment: currencies that can be paid with, texts that can be seen."""

import sys
from decimal import Decimal
from unicodedata import category

import pytest

from xs2a.checks.values import CURRENCIES, fits_currency, has_control_characters, is_blank
from xs2a.spec.characters import DEFAULT_IGNORABLE


@pytest.mark.parametrize("code", ["EUR", "CHF", "USD", "JPY", "BHD", "ISK"])
def test_one_can_pay_with_a_currency(code: str) -> None:
    assert code in CURRENCIES
    assert fits_currency(Decimal(1), code)


# Metals, bond units, units of account, "no currency", and one for tests: no minor unit (P9).
@pytest.mark.parametrize(
    "code", ["XXX", "XTS", "XAU", "XAG", "XPT", "XPD", "XDR", "XSU", "XUA", "XBA", "XBD"]
)
def test_nobody_pays_with_what_has_no_minor_unit(code: str) -> None:
    assert code not in CURRENCIES


@pytest.mark.parametrize(
    "text",
    [
        "Marion Müller",
        "Ζωή Παπαδοπούλου",
        "山田 太郎",
        "김철수",
        "محمد",
        "e\u0301",
        "O\u2019Neill \u2013 €",
        "a\u00a0b",
        "\u2801",
        "",
    ],
)
def test_names_hold_no_control_characters(text: str) -> None:
    assert not has_control_characters(text)


@pytest.mark.parametrize(
    "character",
    [
        "\x00",
        "\n",
        "\x7f",
        "\x85",
        "\u00ad",
        "\u034f",
        "\u115f",
        "\u1160",
        "\u17b4",
        "\u180b",
        "\u180e",
        "\u200b",
        "\u200d",
        "\u202e",
        "\u2028",
        "\u2066",
        "\u3164",
        "\ue000",
        "\ufe0f",
        "\ufeff",
        "\uffa0",
        "\ufff0",
        "\U000e0001",
        "\U000e0041",
        "\U000e0100",
        "\U000e0fff",
    ],
)
def test_what_is_not_seen_is_refused_like_a_control_character(character: str) -> None:
    assert has_control_characters(f"Marion{character} Müller")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\t\r\n",
        "\u00a0\u3000\u2003",
        "\u3164",
        "\u115f\u1160",
        "\uffa0",
        "\u034f",
        "\u2800\u2800",
        "\U000e0020\U000e007f",
        "\u200b \u2800",
        "\U00013441",
        "\U0001d159",
    ],
)
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", ".", " a ", "\u2800x", "\u3164ü", "0", "\u0000"])
def test_one_character_that_is_seen_is_enough(text: str) -> None:
    assert not is_blank(text)


def test_the_table_of_what_is_ignored() -> None:
    """So many code points has the property; the format characters of scripts are no part of it."""
    listed = [code for first, last in DEFAULT_IGNORABLE for code in range(first, last + 1)]

    assert len(listed) == len(set(listed)) == 4174
    assert listed == sorted(listed)
    left_out = {
        code
        for code in range(sys.maxunicode + 1)
        if category(chr(code)) == "Cf" and code not in set(listed)
    }
    assert all(has_control_characters(chr(code)) for code in left_out)
