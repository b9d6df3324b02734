"""One row of the tables of checks: what keys must agree on, what is not served yet."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cms.domain.profile import Profile, Severity

Faults = Callable[[Profile], Iterable[str]]
"""The places at fault below the row's path: `[1]`, `.SINGLE[0]`, or empty for the key itself."""


@dataclass(frozen=True, slots=True)
class Check:
    """One row. `path` is that of a key, section first."""

    path: str
    severity: Severity
    message: str
    faults: Faults


def when(condition: Callable[[Profile], bool]) -> Faults:
    """The key itself is at fault when the condition holds."""
    return lambda profile: [""] if condition(profile) else []
