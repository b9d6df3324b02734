"""A TPP with several certificates: what each of them allows holds as long as it is valid."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.certificates import SandboxQtsp
from tests.houses import TPP, certificate
from tests.http.oauth.acting import Actors, outcome
from tests.tpps import OK_URI, TppClient

METADATA = "/.well-known/oauth-authorization-server"
SHOP_URI = "https://shop.example/ok"


@pytest.fixture
def second(pre_step: Actors, qtsp: SandboxQtsp) -> Actors:
    """The same TPP by another certificate, of other domains and roles; it is valid for longer."""
    other = replace(TPP, domains=("shop.example",), roles=("PSP_AI",))
    return Actors(TppClient(pre_step.world, certificate(qtsp, other, until=180)))


def answers(actors: Actors) -> list[str]:
    return [outcome(actors.ask("PIS", {"redirect_uri": uri})) for uri in (OK_URI, SHOP_URI)]


def test_each_has_domains_and_roles_of_its_own(pre_step: Actors, second: Actors) -> None:
    assert answers(pre_step) == ["303 on", "400 page"]
    for shown_last in (second, pre_step, second):
        shown_last.tpp.get(METADATA)
        assert answers(pre_step) == ["303 on", "303 on"]


def test_an_expired_one_counts_no_more(pre_step: Actors, second: Actors) -> None:
    second.tpp.get(METADATA)
    pre_step.world.clock.advance(timedelta(days=90))
    # The address is the second one's, but that is of no PISP.
    assert answers(pre_step) == ["400 page", "303 invalid_scope"]
    pre_step.world.clock.advance(timedelta(days=90))
    assert answers(pre_step) == ["400 page", "400 page"]


@pytest.mark.parametrize(
    "in_certificate, allowed, answer",
    [
        ("PSP_AI", None, "303 invalid_scope"),
        ("PSP_AI", "PISP", "303 on"),
        ("PSP_PI", None, "303 on"),
        ("PSP_PI", "AISP", "303 invalid_scope"),
        ("PSP_PI", "AISP, PISP", "303 on"),
    ],
)
def test_the_roles_that_the_banks_proxy_allows_count(
    pre_step: Actors, qtsp: SandboxQtsp, in_certificate: str, allowed: str | None, answer: str
) -> None:
    """As at every other endpoint; a browser brings neither certificate nor roles."""
    facts = replace(TPP, authorisation_number="PSDDE-BAFIN-777777", roles=(in_certificate,))
    actors = Actors(TppClient(pre_step.world, certificate(qtsp, facts)))
    actors.tpp.get(METADATA, {} if allowed is None else {"TPP-Roles-Allowed": allowed})

    assert outcome(actors.ask("PIS", {"client_id": facts.authorisation_number})) == answer


def test_the_proxy_may_change_its_mind(pre_step: Actors) -> None:
    for allowed, answer in (("AISP", "303 invalid_scope"), ("PISP", "303 on")) * 2:
        pre_step.tpp.get(METADATA, {"TPP-Roles-Allowed": allowed})
        assert outcome(pre_step.ask("PIS")) == answer
