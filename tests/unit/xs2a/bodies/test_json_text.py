"""JSON that a TPP sends is read, or refused: also where a member comes twice (RFC 8259, 4)."""

import json
import re
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.tried import tried
from xs2a.bodies.json_text import (
    LONGEST_SEARCHED,
    JsonRefused,
    read_json_object,
    read_json_text,
)

ONCE_MORE = "The body has the member '{}' more than once."


def refused(body: bytes) -> str:
    with pytest.raises(JsonRefused) as found:
        read_json_text(body)
    assert found.value.finding.message.code == "FORMAT_ERROR"
    assert found.value.finding.path is None
    return found.value.finding.text


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"7",
        b' [1, {"a": null}]\r\n',
        b'{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]}',
        b'{"a": 1, "A": 2, "a ": 3, "": 4}',
        b'{"a:b": ":", "::": [":", "a:1,", "\\u003a\\u003A"]}',
        rb'{"a": "\\\"a\":", "b": "\\u003a", "c": "\\\u003a\\\\u003a"}',
        rb'{"\u003a": 1, "\\u003a": 2, "\\\u003a": 3}',
        rb'{"\u0061": 1, "b": "\u003c\u003d\u003e"}',
        '{"für": "\\u00fc \\ud83d\\ude00 \U0001f600"}'.encode(),
        b'{"n": [1e99, 18446744073709551616, -9223372036854775809, -0.0]}',
        b"[" * 250 + b"]" * 250,
    ],
)
def test_what_is_taken(body: bytes) -> None:
    assert read_json_text(body) == json.loads(body, parse_int=float)


@pytest.mark.parametrize(
    "body, name",
    [
        (b'{"a": 1, "a": 2}', "a"),
        (b'{"a": 1, "a": 1}', "a"),
        (b'{"a": {}, "b": 1, "a": {"b": 2}}', "a"),
        (b'{"currency": "EUR", "amount": "9000.00", "amount": "1.00"}', "amount"),
        (b'{"a": [{"b": {"c": 1, "c": 1}}]}', "c"),
        (b'{"a": {"b": 1, "b": 1}, "a": 1}', "b"),  # what is inside comes to its end first
        (rb'{"a": 1, "\u0061": 2}', "a"),
        ('{"ü": 1, "\\u00fc": 2}'.encode(), "ü"),
        (b'{"": 1, "": 2}', ""),
        (b'{"a:": 1, "a:": 2}', "a:"),
        (rb'{"\u003a": 1, ":": 2}', ":"),
        # texts that make up for the colon that is lost
        (rb'{"a": 1, "a": "\u003a"}', "a"),
        (rb'{"a": "\\u003a", "a": "\u003A"}', "a"),
        (b'{"a": 1, "a": ":"}', "a"),
        (b'{"a": 1, "' + b"x" * 70 + b'": 1, "' + b"x" * 70 + b'": 1}', "x" * 60),
    ],
)
def test_a_member_that_comes_twice_is_named(body: bytes, name: str) -> None:
    assert refused(body) == ONCE_MORE.format(name)


def test_in_the_largest_bodies_nobody_looks_for_its_name() -> None:
    twice = b'{"a": 1, "a": 2, "b": "%b"}'

    assert refused(twice % (b"x" * (LONGEST_SEARCHED - 100))) == ONCE_MORE.format("a")
    assert refused(twice % (b"x" * LONGEST_SEARCHED)) == "The body has a member more than once."


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{} {}",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'{"a": "\x00"}',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b"[" * 100_000,
        b'{"a": 1, "a": 2',
    ],
)
def test_what_is_not_json(body: bytes) -> None:
    where = re.fullmatch(r"The body is not JSON in UTF-8: line \d+, column \d+\.", refused(body))
    assert where is not None


@pytest.mark.parametrize("levels", [300, 1000])
def test_what_is_nested_too_deeply(levels: int) -> None:
    assert refused(b"[" * levels + b"]" * levels) == "The body is nested too deeply."
    assert refused(b'{"a":' * levels + b"1" + b"}" * levels) == "The body is nested too deeply."


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"x"', b"true"])
def test_what_is_no_object(body: bytes) -> None:
    with pytest.raises(JsonRefused, match="not a JSON object"):
        read_json_object(body)


# JSON texts, written as they may come: members in any number, and all that a colon may hide in.
_PIECES = ("a", "b", ":", r"\u003a", r"\u003A", r"\\", r"\"", "u003a", r"\u0061", r"\n", "ü")
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=3).map(lambda each: f'"{"".join(each)}"')
_NAMES = st.sampled_from(('"a"', '"b"', r'"\u0061"', '":"', r'"\u003a"', r'"\\u003a"', '""'))


def _object(members: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{name} : {value}" for name, value in members) + "}"


_VALUES = st.recursive(
    _TEXTS | st.sampled_from(("0", "null", "1e5")),
    lambda below: (
        st.lists(below, max_size=3).map(lambda each: f"[{','.join(each)}]")
        | st.lists(st.tuples(_NAMES, below), max_size=3).map(_object)
    ),
    max_leaves=8,
)


class _Doubled(Exception):
    """By the plain way to find it: every object's members are looked at."""


def _visited(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in members}) < len(members):
        raise _Doubled
    return dict(members)


@tried(500)
@given(text=_VALUES)
def test_members_are_counted_as_if_each_were_visited(text: str) -> None:
    body = text.encode()
    try:
        expected = json.loads(text, object_pairs_hook=_visited)
    except _Doubled:
        assert "more than once" in refused(body)
    else:
        assert read_json_text(body) == expected == orjson.loads(body)
