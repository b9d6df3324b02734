"""What docs/console.md says of limits and commands is what the code has."""

import re

import pytest

from cms.domain.operator import (
    IDLE_FOR,
    LOCKED_FOR,
    MOST_WRONG_TRIES,
    SESSION_FOR,
    SHORTEST_PASSWORD,
    OperatorRole,
)
from tests.documents_code import ROOT
from xs2a.operators import SANDBOX_OPERATORS, SANDBOX_PASSWORD, operator

PAGE = (ROOT / "docs" / "console.md").read_text()


@pytest.mark.parametrize(
    "told",
    [
        f"After {MOST_WRONG_TRIES} wrong tries",
        f"locked for {LOCKED_FOR.seconds // 60} minutes",
        f"{IDLE_FOR.seconds // 60} minutes without use",
        f"{SESSION_FOR.seconds // 3600} hours in all",
        f"at least {SHORTEST_PASSWORD} characters",
        f"the password `{SANDBOX_PASSWORD}`",
        *(f"`{name}` ({role})" for name, role in SANDBOX_OPERATORS.items()),
        *(f"| `{role}` |" for role in OperatorRole),
    ],
)
def test_the_page_tells_the_limits_that_hold(told: str) -> None:
    assert told in PAGE.replace("\n", " ")


def test_the_page_names_just_the_commands_that_there_are() -> None:
    assert set(re.findall(r"^xs2a operator (\w+)", PAGE, re.MULTILINE)) == set(operator.commands)
