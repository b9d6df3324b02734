"""The QTSP of this process's tests: the trust anchor of every house that is told no other."""

import atexit
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sandbox.certificates import SandboxQtsp

# Before anything that the tests do, but after nine of its ten years it would be renewed.
THERE_SINCE: Final = datetime(2025, 11, 22, tzinfo=UTC)


@cache
def qtsp_folder() -> Path:
    """Where its certificate and key are."""
    folder = TemporaryDirectory(prefix="xs2a-qtsp-")
    atexit.register(folder.cleanup)
    SandboxQtsp.open(Path(folder.name), THERE_SINCE)
    return Path(folder.name)


@cache
def the_qtsp() -> SandboxQtsp:
    """The QTSP itself."""
    return SandboxQtsp.open(qtsp_folder(), THERE_SINCE)
