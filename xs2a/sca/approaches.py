"""Which SCA approach a request gets (spec: choice of approach, A1).

The TPP wishes by headers, the bank offers in its order of preference. The first row that fits
counts; where none does, the wish cannot be met, and the bank's preference counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Final

from cms.domain.approach import Approach
from cms.domain.profile import Profile, ScaApproach, ScaRedirectFlow

REDIRECT, EMBEDDED, DECOUPLED = ScaApproach.REDIRECT, ScaApproach.EMBEDDED, ScaApproach.DECOUPLED


@dataclass(frozen=True, slots=True)
class Wishes:
    """`TPP-Redirect-Preferred` and `TPP-Decoupled-Preferred`; None where absent."""

    redirect: bool | None = None
    decoupled: bool | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the choice is made from: the wishes, and what is offered, preferred first."""

    wishes: Wishes
    offered: tuple[ScaApproach, ...]

    @property
    def asked(self) -> tuple[bool | None, bool | None]:
        """Redirect and decoupled: wished, declined, or not mentioned."""
        return self.wishes.redirect, self.wishes.decoupled

    @property
    def first(self) -> ScaApproach:
        """The bank's preference."""
        return self.offered[0]

    @property
    def next(self) -> ScaApproach:
        """The bank's second preference, or its only one."""
        return self.offered[min(1, len(self.offered) - 1)]


@dataclass(frozen=True, slots=True)
class Row:
    """When it fits, and which approach it takes."""

    situation: str
    fits: Callable[[Choice], bool]
    takes: Callable[[Choice], ScaApproach]


YES_YES: Final = (True, True)


def _take(approach: ScaApproach) -> Callable[[Choice], ScaApproach]:
    return lambda _: approach


_FIRST: Final = attrgetter("first")
_NEXT: Final = attrgetter("next")

ROWS: Final = (
    Row("no wish", lambda c: c.asked == (None, None), _FIRST),
    Row("both wished: not embedded", lambda c: c.asked == YES_YES and c.first is EMBEDDED, _NEXT),
    Row("both wished", lambda c: c.asked == YES_YES, _FIRST),
    Row("redirect wished", lambda c: c.asked[0] is True and REDIRECT in c.offered, _take(REDIRECT)),
    Row(
        "decoupled wished",
        lambda c: c.asked[1] is True and DECOUPLED in c.offered,
        _take(DECOUPLED),
    ),
    Row(
        "decoupled declined, which comes first",
        lambda c: c.asked == (None, False) and c.first is DECOUPLED,
        _NEXT,
    ),
    Row(
        "redirect declined, which comes first",
        lambda c: c.asked == (False, None) and c.first is REDIRECT,
        _NEXT,
    ),
    Row(
        "both declined",
        lambda c: c.asked == (False, False) and EMBEDDED in c.offered,
        _take(EMBEDDED),
    ),
)


def choose_approach(profile: Profile, wishes: Wishes) -> Approach:
    """The approach of a new authorisation. A profile that names none offers redirect."""
    common = profile.common
    return _chosen(common.sca_approaches_supported, common.sca_redirect_flow, wishes)


@lru_cache(maxsize=1024)  # a server meets a handful of profiles, and nine wishes
def _chosen(supported: tuple[ScaApproach, ...], flow: ScaRedirectFlow, wishes: Wishes) -> Approach:
    choice = Choice(wishes, tuple(dict.fromkeys(supported)) or (REDIRECT,))
    takes = next((row.takes for row in ROWS if row.fits(choice)), _FIRST)
    chosen = takes(choice)
    if chosen is REDIRECT and flow is ScaRedirectFlow.OAUTH:
        return Approach.OAUTH
    return Approach(chosen.value)


def redirects_by_link(profile: Profile, wishes: Wishes) -> bool:
    """Will the PSU be sent to the bank's own pages, so that it needs a way back (spec 2.3)?"""
    flow = profile.common.sca_redirect_flow
    return (
        choose_approach(profile, wishes) is Approach.REDIRECT and flow is ScaRedirectFlow.REDIRECT
    )
