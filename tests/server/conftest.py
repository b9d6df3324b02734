from pathlib import Path

import pytest

from tests.serving import Installation, migrated_installation, new_installation, server

__all__ = ["server"]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A sandbox in a folder of its own, not migrated yet."""
    return new_installation(tmp_path)


@pytest.fixture
def migrated(tmp_path: Path, migrated_files: Path) -> Installation:
    """The same, ready to be served."""
    return migrated_installation(tmp_path, migrated_files)
