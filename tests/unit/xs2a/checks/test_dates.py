"""Dates as HTTP has them (RFC 9110, 5.6.7)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xs2a.checks.dates import http_date

MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    "value, moment",
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", MOMENT),
        ("Sunday, 06-Nov-94 08:49:37 GMT", MOMENT),
        ("Sun Nov  6 08:49:37 1994", MOMENT),
        ("Sun, 06 Nov 1994 09:49:37 +0100", MOMENT),
        ("Sun, 06 Nov 1994 08:49:37 -0000", MOMENT),
        ("1994-11-06T08:49:37Z", None),
        ("784111777", None),
        ("Sun, 31 Feb 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT,Sun, 06 Nov 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 99999 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 +9999", None),
        ("", None),
    ],
)
def test_date(value: str, moment: datetime | None) -> None:
    assert http_date(value) == moment


@given(value=st.text() | st.text(alphabet="0123456789:, +-GMTSunNov"))
def test_any_text_is_an_aware_date_or_none(value: str) -> None:
    found = http_date(value)
    assert found is None or found.tzinfo is not None
