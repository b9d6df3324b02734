"""A profile document to a typed profile: every finding with its path, never just the first.

A key left out, or left empty, takes its documented default (F1). Older spellings are understood.
"""

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cms.domain.profile import (
    KEYS,
    SECTIONS,
    BookingStatus,
    Finding,
    Key,
    NotificationMode,
    Profile,
    ScaApproach,
    Severity,
)
from cms.profile_file.cross_checks import CROSS_CHECKS
from cms.profile_file.not_served import NOT_SERVED, waits_for
from cms.profile_file.values import read_value, shown, suggestion
from cms.profile_file.yaml_source import YamlSource, read_yaml

ROOT: Final = "setting"

OLDER_SPELLINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "common.signingBasketSupported": "sb.signingBasketSupported",
        "common.signingBasketMaxEntries": "sb.signingBasketMaxEntries",
        "common.notConfirmedSigningBasketExpirationTimeMs": (
            "sb.notConfirmedSigningBasketExpirationTimeMs"
        ),
        "pis.paymentCancellationAuthorizationMandated": (
            "pis.paymentCancellationAuthorisationMandated"
        ),
    }
)

_BOOKING_STATUSES: Final = "ais.transactionParameters.availableBookingStatuses"
_NEVER_EMPTY: Final[Mapping[str, ScaApproach | NotificationMode]] = MappingProxyType(
    {
        "common.scaApproachesSupported": ScaApproach.REDIRECT,
        "common.aspspNotificationsSupported": NotificationMode.NONE,
    }
)

_KEY_BY_PATH: Final = {one.path: one for one in KEYS}
_GROUPS: Final = {
    ".".join(one.path.split(".")[:depth])
    for one in KEYS
    for depth in range(1, len(one.path.split(".")))
}


@dataclass(frozen=True, slots=True)
class ProfileRead:
    """What came of reading: no profile where a finding is an error. `stated` are the paths of the
    keys to which the document gives a value; the others have their defaults.
    """

    profile: Profile | None
    findings: tuple[Finding, ...]
    stated: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Reading:
    """The work on one document. `stated` maps a key's path to its value and to its spelling."""

    root: str
    lines: Mapping[str, int]
    unknown: Severity
    findings: list[Finding] = field(default_factory=list)
    stated: dict[str, tuple[object, str]] = field(default_factory=dict)
    older: dict[str, tuple[object, str]] = field(default_factory=dict)

    def note(self, severity: Severity, path: str, message: str) -> None:
        full = self._full(path)
        self.findings.append(Finding(severity, full, self._line_of(full), message))

    def failed_at(self, path: str) -> bool:
        """Is there an error at the path, below it, or at a group it stands in?"""
        full = self._full(path)
        return any(
            finding.path.startswith(full) or full.startswith(f"{finding.path}.")
            for finding in self.findings
            if finding.severity is Severity.ERROR
        )

    def spelling_of(self, path: str) -> str:
        return self.stated.get(path, (None, path))[1]

    def _full(self, path: str) -> str:
        return ".".join(part for part in (self.root, path) if part)

    def _line_of(self, full: str) -> int | None:
        """The line of the path, else of what it stands in: a key left out has none of its own."""
        while full and full not in self.lines:
            full = full[: max(full.rfind("."), full.rfind("["), 0)]
        return self.lines.get(full)


def read_profile(path: Path) -> ProfileRead:
    """Read a YAML profile. Never raises: what is wrong, even a missing file, is a finding."""
    source = read_yaml(path)
    findings = list(source.findings)
    settings = _below_root(source, findings)
    profile, stated = None, frozenset[str]()
    if settings is not None or not findings:
        read = read_settings(settings, root=ROOT, lines=source.lines)
        profile, stated = None if findings else read.profile, read.stated
        findings = sorted((*findings, *read.findings), key=lambda one: one.line or sys.maxsize)
    named = tuple(dataclasses.replace(finding, file=str(path)) for finding in findings)
    return ProfileRead(profile, named, stated)


def _below_root(source: YamlSource, findings: list[Finding]) -> object:
    """What stands below `setting`; whatever else the document holds becomes an error."""
    if source.content is None:
        return None
    if not isinstance(source.content, Mapping):
        message = f"must be a mapping with the key {ROOT}, not {shown(source.content)}"
        findings.append(Finding(Severity.ERROR, "", None, message))
        return None
    for name in source.content:
        if name != ROOT:
            hint = (
                f"; it belongs below {ROOT}" if name in SECTIONS else suggestion(str(name), [ROOT])
            )
            message = f"is not a key of the profile{hint}"
            line = source.lines.get(str(name))
            findings.append(Finding(Severity.ERROR, str(name), line, message))
    return source.content.get(ROOT)


def read_settings(
    settings: object,
    *,
    root: str = "",
    lines: Mapping[str, int] = MappingProxyType({}),
    unknown: Severity = Severity.ERROR,
) -> ProfileRead:
    """Read what stands below `setting`: the sections `ais`, `pis`, `piis`, `sb` and `common`.

    Findings name paths below `root`; an unknown key is a finding of the severity `unknown`.
    """
    reading = _Reading(root, lines, unknown)
    _collect(settings, "", reading)
    _read_older(reading)
    sections: dict[str, dict[str, object]] = {name: {} for name in SECTIONS}
    for one in KEYS:
        sections[one.section][one.attribute] = _read_key(one, reading)
    profile = Profile(**{name: SECTIONS[name](**sections[name]) for name in SECTIONS})
    _check(profile, reading)
    failed = any(finding.severity is Severity.ERROR for finding in reading.findings)
    stated = frozenset(path for path, (value, _) in reading.stated.items() if value is not None)
    return ProfileRead(None if failed else profile, tuple(reading.findings), stated)


def _collect(settings: object, path: str, reading: _Reading) -> None:
    """Sort the document's entries into stated keys and findings, group by group."""
    if settings is None:
        return
    if not isinstance(settings, Mapping):
        reading.note(Severity.ERROR, path, f"must be a mapping, not {shown(settings)}")
        return
    for name, value in settings.items():
        below = f"{path}.{name}" if path else str(name)
        current = OLDER_SPELLINGS.get(below, below)
        if below in _GROUPS:
            _collect(value, below, reading)
        elif current not in _KEY_BY_PATH:
            hint = _hint(below)
            reading.note(reading.unknown, below, f"is not a key of the profile{hint}")
        elif current == below:
            reading.stated[below] = (value, below)
        else:
            reading.older[current] = (value, below)


def _read_older(reading: _Reading) -> None:
    """Take what an older spelling states, unless the present one is there too."""
    for current, (value, spelling) in reading.older.items():
        if current in reading.stated:
            reading.note(Severity.WARNING, spelling, f"is not looked at beside {current}")
        else:
            reading.note(Severity.INFO, spelling, f"is an older spelling of {current}")
            reading.stated[current] = (value, spelling)


def _hint(path: str) -> str:
    """A hint at a key nearby: of the same group first, then anywhere in the profile."""
    group, _, name = path.rpartition(".")
    known = [*_KEY_BY_PATH, *_GROUPS]
    siblings = [one.rpartition(".")[2] for one in known if one.rpartition(".")[0] == group and one]
    near = suggestion(name, siblings)
    if near:
        return near
    elsewhere = [one for one in _KEY_BY_PATH if one.rpartition(".")[2] == name]
    return f"; it belongs to {elsewhere[0]}" if elsewhere else ""


def _read_key(one: Key, reading: _Reading) -> object:
    value, spelling = reading.stated.get(one.path, (None, one.path))
    if value is None:
        return one.default
    if one.ignored:
        reading.note(Severity.INFO, spelling, f"is ignored: {one.ignored}")

    def report(place: str, message: str) -> None:
        reading.note(Severity.ERROR, spelling + place, message)

    read = read_value(one.kind, value, report)
    # The default stands in for what could not be read, so that the other checks make sense.
    return one.default if reading.failed_at(spelling) else _repaired(one, read, reading)


def _repaired(one: Key, value: object, reading: _Reading) -> object:
    """Complete the three lists that are completed for existing files too (clause 3.8)."""
    if value == () and one.path in _NEVER_EMPTY:
        word = _NEVER_EMPTY[one.path]
        reading.note(Severity.WARNING, one.path, f"is empty; read as {word}")
        return (word,)
    if isinstance(value, tuple) and one.path == _BOOKING_STATUSES:
        return value if BookingStatus.BOOKED in value else (*value, BookingStatus.BOOKED)
    return value


def _check(profile: Profile, reading: _Reading) -> None:
    """Apply the tables; a key that could not be read has had its finding already."""
    unreadable = {one.path for one in KEYS if reading.failed_at(reading.spelling_of(one.path))}
    for row in (*CROSS_CHECKS, *NOT_SERVED):
        if row.path in unreadable:
            continue
        for place in row.faults(profile):
            reading.note(row.severity, reading.spelling_of(row.path) + place, row.message)
    for one in KEYS:
        service = waits_for(one)
        if service and one.path not in unreadable and one.value_in(profile) != one.default:
            message = f"waits for {service}: no effect in this version"
            reading.note(Severity.INFO, reading.spelling_of(one.path), message)


def format_findings(findings: tuple[Finding, ...]) -> str:
    """For a person at a terminal: one line per finding, then how many there are of each kind."""
    errors, warnings, remarks = (
        sum(finding.severity is severity for finding in findings) for severity in Severity
    )
    counts = ((errors, "error"), (warnings, "warning"), (remarks, "remark"))
    summary = ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts)
    return "\n".join([*(str(finding) for finding in findings), summary])
