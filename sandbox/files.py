"""Files of the sandbox's folder: replaced at once, and by one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_file(path: Path, text: str, *, secret: bool = False) -> None:
    """Replace the file at once, so that nobody reads half of it; a secret one is its owner's."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)  # what a crash left behind may have other permissions
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(unfinished, flags, 0o600 if secret else 0o644), "w") as file:
        file.write(text)
    unfinished.replace(path)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes from writing here meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
