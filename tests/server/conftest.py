from pathlib import Path

import pytest

from tests.serving import Installation, new_installation, server

__all__ = ["server"]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A sandbox in a folder of its own, not migrated yet."""
    return new_installation(tmp_path)


@pytest.fixture
def migrated(installation: Installation) -> Installation:
    """The same, ready to be served."""
    done = installation.run("migrate")
    assert done.returncode == 0, done.stdout
    return installation
