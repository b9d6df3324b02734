"""Confirmation codes: right or wrong, and never to be read from what is stored."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cms.domain.confirmation import code_is_right, hashed_code

CODE = "827 361"


@pytest.mark.parametrize(
    "code, right",
    [(CODE, True), ("827361", False), (CODE + " ", False), ("", False), ("ä\u0000", False)],
)
def test_only_the_code_itself_is_right(code: str, *, right: bool) -> None:
    assert code_is_right("a", code, hashed_code("a", CODE)) is right


def test_a_code_confirms_one_authorisation_only() -> None:
    assert hashed_code("a", CODE) != hashed_code("b", CODE)
    assert not code_is_right("b", CODE, hashed_code("a", CODE))


@pytest.mark.parametrize("code", [CODE, "", "None"])
def test_nothing_is_right_where_no_code_is_expected(code: str) -> None:
    assert not code_is_right("a", code, None)


@settings(max_examples=10, deadline=None)
@example(code="")
@example(code="x" * 255)
@given(code=st.text(max_size=255))
def test_any_code_can_be_kept_and_fits_its_column(code: str) -> None:
    kept = hashed_code("a", code)

    assert len(kept) <= 500
    assert code_is_right("a", code, kept)
