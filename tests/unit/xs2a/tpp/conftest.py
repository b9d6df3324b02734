"""Fixtures of the TPP tests."""

import pytest

from sandbox.certificates import SandboxQtsp
from tests.unit.xs2a.tpp.tpp_world import DAY, NOW


@pytest.fixture(scope="session")
def qtsp(tmp_path_factory: pytest.TempPathFactory) -> SandboxQtsp:
    return SandboxQtsp.open(tmp_path_factory.mktemp("qtsp"), NOW - 2 * DAY)
