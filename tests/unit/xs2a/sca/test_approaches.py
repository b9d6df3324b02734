"""A1: the approach by the TPP's wishes and the bank's order, against the table of the clause."""

from itertools import permutations, product

import pytest

from cms.domain.approach import Approach
from cms.domain.profile import CommonProfile, Profile, ScaApproach, ScaRedirectFlow
from xs2a.sca.approaches import ROWS, Choice, Wishes, choose_approach, redirects_by_link

R, E, D = ScaApproach.REDIRECT, ScaApproach.EMBEDDED, ScaApproach.DECOUPLED
ORDERS = [order for n in (1, 2, 3) for order in permutations((R, E, D), n)]
WISHES = list(product((None, True, False), repeat=2))
Wish = bool | None


def profile(*offered: ScaApproach, flow: ScaRedirectFlow = ScaRedirectFlow.REDIRECT) -> Profile:
    return Profile(common=CommonProfile(sca_approaches_supported=offered, sca_redirect_flow=flow))


def by_the_clause(order: tuple[ScaApproach, ...], r: Wish, d: Wish) -> tuple[int, ScaApproach]:
    """Number and result of the first row that fits, written as the clause reads (spec 9)."""
    several = len(order) > 1
    if r is None and d is None:
        return 1, order[0]
    if r and d:
        return 2, order[0] if order[0] is not E or not several else order[1]
    if r and R in order:
        return 3, R
    if d and D in order:
        return 4, D
    if r is None and not d and order[0] is D and several:
        return 5, order[1]
    if d is None and not r and order[0] is R and several:
        return 6, order[1]
    if r is False and d is False and E in order:
        return 7, E
    return 8, order[0]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(each.value for each in order))
@pytest.mark.parametrize("r, d", WISHES)
def test_every_order_with_every_wish(order: tuple[ScaApproach, ...], r: Wish, d: Wish) -> None:
    chosen = choose_approach(profile(*order), Wishes(redirect=r, decoupled=d))

    assert chosen.value == by_the_clause(order, r, d)[1].value


def test_every_row_of_the_clause_is_met() -> None:
    met = {by_the_clause(order, *wishes)[0] for order in ORDERS for wishes in WISHES}

    assert met == set(range(1, 9))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.situation)
def test_every_row_is_needed(row: object) -> None:
    """No row hides behind those before it."""
    first = {
        next((each for each in ROWS if each.fits(Choice(Wishes(*wishes), order))), None)
        for order in ORDERS
        for wishes in WISHES
    }

    assert row in first


@pytest.mark.parametrize(
    "order, r, d, chosen",
    [
        # The clause's own examples (spec 25, 37 to 39) and consequences.
        ((E, R, D), True, None, Approach.REDIRECT),
        ((E, R, D), None, True, Approach.DECOUPLED),
        ((E, R, D), True, True, Approach.REDIRECT),
        ((E, R, D), False, False, Approach.EMBEDDED),
        ((R, E), False, None, Approach.EMBEDDED),
        ((R, E), None, False, Approach.REDIRECT),
        ((D, E), None, False, Approach.EMBEDDED),
        ((R,), False, None, Approach.REDIRECT),
        ((E, D), True, None, Approach.EMBEDDED),
        ((R, E), False, True, Approach.REDIRECT),
        ((), None, None, Approach.REDIRECT),
        ((), False, True, Approach.REDIRECT),
        ((R, R, E), False, None, Approach.EMBEDDED),  # named twice is offered once
    ],
)
def test_what_the_clause_says_in_words(
    order: tuple[ScaApproach, ...], r: Wish, d: Wish, chosen: Approach
) -> None:
    assert choose_approach(profile(*order), Wishes(redirect=r, decoupled=d)) is chosen


@pytest.mark.parametrize("flow", list(ScaRedirectFlow))
@pytest.mark.parametrize("approach", [R, E, D])
def test_the_redirect_flow_makes_it_oauth(flow: ScaRedirectFlow, approach: ScaApproach) -> None:
    """Only the integrated flow is a strategy of its own, and only of the redirect approach."""
    expected = Approach(approach.value)
    if approach is R and flow is ScaRedirectFlow.OAUTH:
        expected = Approach.OAUTH
    offering = profile(approach, flow=flow)

    assert choose_approach(offering, Wishes()) is expected
    by_link = approach is R and flow is ScaRedirectFlow.REDIRECT
    assert redirects_by_link(offering, Wishes()) is by_link


@pytest.mark.parametrize(
    "approach, wire, psu_leaves, needs_psu",
    [
        (Approach.REDIRECT, "REDIRECT", True, False),
        (Approach.OAUTH, "REDIRECT", True, False),
        (Approach.EMBEDDED, "EMBEDDED", False, False),
        (Approach.DECOUPLED, "DECOUPLED", False, True),
    ],
)
def test_what_an_approach_means(
    approach: Approach, wire: str, *, psu_leaves: bool, needs_psu: bool
) -> None:
    told = approach.wire, approach.psu_leaves, approach.needs_psu

    assert told == (wire, psu_leaves, needs_psu)
