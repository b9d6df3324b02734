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
