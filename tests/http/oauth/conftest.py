"""A bank with each of the two flows, and a second TPP."""

from dataclasses import replace

import pytest

from sandbox.certificates import SandboxQtsp
from tests.houses import TPP, certificate
from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import INTEGRATED, PRE_STEP, Actors
from tests.tpps import TppClient


@pytest.fixture
def integrated(open_house: OpenHouse, pisp: str) -> Actors:
    return Actors(TppClient(open_house(common=dict(INTEGRATED)), pisp))


@pytest.fixture
def pre_step(open_house: OpenHouse, pisp: str) -> Actors:
    actors = Actors(TppClient(open_house(common=dict(PRE_STEP)), pisp))
    actors.tpp.get("/.well-known/oauth-authorization-server")  # that is how a TPP becomes known
    return actors


@pytest.fixture(scope="session")
def renewed(qtsp: SandboxQtsp) -> str:
    """The same TPP's next certificate."""
    return certificate(qtsp, until=180)


@pytest.fixture(scope="session")
def another(qtsp: SandboxQtsp) -> str:
    """Another TPP's certificate."""
    facts = replace(TPP, authorisation_number="PSDDE-BAFIN-666666", domains=("evil.example",))
    return certificate(qtsp, facts)
