"""The links of an authorisation, against the link sets of the clause (spec 11.2, A2, A8, Q-4)."""

from dataclasses import replace
from itertools import product

import pytest

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.payment import CancellationRequest
from cms.domain.profile import CommonProfile, PisProfile, Profile
from cms.domain.statuses import ScaStatus
from tests.unit.cms.domain.resources import NOW, authorisation, payment
from xs2a.sca.offers import bank_link, explicit_link, own_links

S = ScaStatus
CREATION, CANCELLATION = AuthorisationKind.PIS_CREATION, AuthorisationKind.PIS_CANCELLATION
REDIRECT, OAUTH, EMBEDDED, DECOUPLED = Approach
ALL = "{redirect-id}/{encrypted-payment-id}/{inr-id}/{instance-id}"
PROFILE = Profile(
    pis=PisProfile(
        pis_redirect_url_to_aspsp=f"https://bank.example/pay/{ALL}",
        pis_payment_cancellation_redirect_url_to_aspsp=f"https://bank.example/cancel/{ALL}",
    ),
    common=CommonProfile(oauth_configuration_url=f"https://as.example/{ALL}"),
)

OPEN = [status for status in S if not status.finalised]
OVER = [status for status in S if status.finalised]
LEAVING = "scaRedirect", "scaOAuth"

# Approach, statuses -> the links beside `scaStatus`; `confirmation` where it is mandated.
LINKS: list[tuple[Approach, list[ScaStatus], set[str]]] = [
    (EMBEDDED, [S.RECEIVED], {"updatePsuIdentification", "updatePsuAuthentication"}),
    (EMBEDDED, [S.PSU_IDENTIFIED], {"updatePsuAuthentication"}),
    (EMBEDDED, [S.PSU_AUTHENTICATED], {"selectAuthenticationMethod"}),
    (EMBEDDED, [S.SCA_METHOD_SELECTED], {"authoriseTransaction"}),
    (EMBEDDED, [S.STARTED, S.UNCONFIRMED, *OVER], set()),
    (REDIRECT, OPEN, {"scaRedirect", "confirmation"}),
    (OAUTH, OPEN, {"scaOAuth", "confirmation"}),
    (REDIRECT, OVER, set()),
    (OAUTH, OVER, set()),
    (DECOUPLED, list(S), set()),
]


def mandating(mandated: bool) -> Profile:
    common = replace(PROFILE.common, authorisation_confirmation_request_mandated=mandated)
    return replace(PROFILE, common=common)


@pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
@pytest.mark.parametrize("mandated", [True, False])
@pytest.mark.parametrize(
    "approach, status, links", [(a, s, links) for a, statuses, links in LINKS for s in statuses]
)
def test_the_links_of_an_authorisation(
    approach: Approach,
    status: ScaStatus,
    links: set[str],
    kind: AuthorisationKind,
    *,
    mandated: bool,
) -> None:
    """The same for both kinds (Q-4)."""
    profile = mandating(mandated)
    found = authorisation(status, sca_approach=approach, kind=kind)
    expected = links if mandated else links - {"confirmation"}

    assert set(own_links(profile, found)) == {"scaStatus"} | expected.difference(LEAVING)
    pages = bank_link(profile, payment(), found)
    assert {pages[0]} == expected.intersection(LEAVING) if pages else not expected & set(LEAVING)


def test_the_table_speaks_of_every_situation_once() -> None:
    rows = [(approach, status) for approach, statuses, _ in LINKS for status in statuses]

    assert sorted(rows) == sorted(product(Approach, S))


@pytest.mark.parametrize(
    "approach, kind, address",
    [
        (REDIRECT, CREATION, "https://bank.example/pay/a/p/first/UNDEFINED"),
        (REDIRECT, CANCELLATION, "https://bank.example/cancel/a/p/delete/UNDEFINED"),
        (OAUTH, CREATION, "https://as.example/a/p/first/UNDEFINED"),
        (OAUTH, CANCELLATION, "https://as.example/a/p/delete/UNDEFINED"),
    ],
)
def test_the_link_to_the_bank_is_filled(
    approach: Approach, kind: AuthorisationKind, address: str
) -> None:
    """Spec 11.3: ids, and the request that asked for the payment or for its cancellation."""
    asked = CancellationRequest(NOW, internal_request_id="delete")
    found = payment(internal_request_id="first", cancellation=asked)
    link = bank_link(PROFILE, found, authorisation(sca_approach=approach, kind=kind))

    assert link is not None
    assert link[1] == address


@pytest.mark.parametrize(
    "approach, basket_mode, name",
    [
        (EMBEDDED, False, "startAuthorisationWithPsuAuthentication"),
        (EMBEDDED, True, "startAuthorisation"),
        *(
            (approach, mode, "startAuthorisation")
            for approach in (REDIRECT, OAUTH, DECOUPLED)
            for mode in (True, False)
        ),
    ],
)
def test_the_link_to_start(approach: Approach, name: str, *, basket_mode: bool) -> None:
    assert explicit_link(approach, basket_mode=basket_mode) == name
