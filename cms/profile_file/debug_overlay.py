"""The debug file of the sandbox: settings changed at run time, seen by all processes at once.

Every change replaces the whole file (temporary file, then rename), so a reader finds the old or
the new content and nothing in between. A lock file beside it puts writers in a row. A reader
tells a change by the file's stamp, for the price of one `stat` call.
"""

import fcntl
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from cms.domain.profile import Profile
from cms.profile_file.reading import read_settings
from cms.profile_file.writing import settings_document

Stamp = tuple[int, int, int]
"""Time of last change in nanoseconds, inode, size; the time grows with each change."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What debug requests have set; None, or a tenant's absence, leaves the files' values."""

    multitenancy: bool | None = None
    default: Profile | None = None
    tenants: Mapping[str, Profile] = field(default_factory=dict)


class OverlayUnreadable(Exception):
    """The debug file holds something that this version did not write; `stamp` is that file's."""

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        super().__init__("the debug file cannot be read")


class DebugOverlay:
    """The debug file at `path`. An absent file overrides nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = str(path)

    def stamp(self) -> Stamp | None:
        """The stamp of the file as it is now, or None where there is none."""
        try:
            found = os.stat(self._name)  # noqa: PTH116 - on every request: Path.stat costs twice
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def read(self) -> tuple[Overrides, Stamp | None]:
        """The overrides with the stamp of exactly that content; raises OverlayUnreadable."""
        try:
            with self._path.open("rb") as file:
                found = os.fstat(file.fileno())
                content = file.read()
        except FileNotFoundError:
            return Overrides(), None
        stamp = found.st_mtime_ns, found.st_ino, found.st_size
        try:
            return _parse(content), stamp
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise OverlayUnreadable(stamp) from problem

    def change(self, edit: Callable[[Overrides], Overrides]) -> None:
        """Apply `edit` to the present content; changes of other processes wait meanwhile."""
        with self._alone():
            try:
                present, stamp = self.read()
            except OverlayUnreadable as unreadable:
                present, stamp = Overrides(), unreadable.stamp
            self._replace(json.dumps(_document(edit(present)), indent=1).encode(), stamp)

    def clear(self) -> None:
        """Forget all overrides. The file stays, so that its stamp keeps growing."""
        self.change(lambda _: Overrides())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(self._path.name + ".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # closing the file lets go, a crash does too
            yield

    def _replace(self, content: bytes, before: Stamp | None) -> None:
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name + ".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if before is not None:
                # Two changes within one tick of the file system's clock must differ in stamp.
                changed_at = max(Path(name).stat().st_mtime_ns, before[0] + 1)
                os.utime(name, ns=(changed_at, changed_at))
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _document(overrides: Overrides) -> dict[str, object]:
    default = overrides.default
    return {
        "multitenancyEnabled": overrides.multitenancy,
        "default": None if default is None else settings_document(default),
        "tenants": {name: settings_document(one) for name, one in overrides.tenants.items()},
    }


def _parse(content: bytes) -> Overrides:
    document = json.loads(content)
    default, multitenancy = document["default"], document["multitenancyEnabled"]
    if multitenancy not in {None, True, False}:
        raise ValueError("multitenancyEnabled")
    return Overrides(
        multitenancy=multitenancy,
        default=None if default is None else _profile(default),
        tenants=MappingProxyType({n: _profile(one) for n, one in document["tenants"].items()}),
    )


def _profile(settings: object) -> Profile:
    profile = read_settings(settings).profile
    if profile is None:
        raise ValueError("settings")
    return profile
