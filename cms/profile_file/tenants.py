"""The tenants' profiles as they are in force: the files', and in the sandbox the debug changes."""

import dataclasses
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cms.domain.ids import DEFAULT_TENANT, tenant_of
from cms.domain.profile import (
    KEYS,
    BlankTenant,
    Finding,
    Profile,
    ProfileInvalid,
    Severity,
    UnknownTenant,
)
from cms.profile_file.debug_overlay import DebugOverlay, OverlayUnreadable, Overrides, Stamp
from cms.profile_file.reading import ROOT, ProfileRead, read_profile, read_settings
from cms.profile_file.values import shown
from cms.profile_file.writing import settings_document, wire_value

_SCA_APPROACHES: Final = "common.scaApproachesSupported"
_NO_FILES: Mapping[str, Path] = MappingProxyType({})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _InForce:
    """One immutable state, so that a request never sees half of a change."""

    stamp: Stamp | None
    multitenancy: bool
    default: Profile
    tenants: Mapping[str, Profile]

    def slot(self, instance_id: str | None) -> str | None:
        """The tenant's key, None for the default profile."""
        if not self.multitenancy or instance_id is None:
            return None
        tenant = instance_id.strip().casefold()
        if tenant in self.tenants:
            return tenant
        if not tenant:
            raise BlankTenant
        if tenant == DEFAULT_TENANT.casefold():
            return None
        raise UnknownTenant

    def of(self, slot: str | None) -> Profile:
        return self.default if slot is None else self.tenants[slot]


class Profiles:
    """The profile of each tenant (`Instance-ID`, any case); thread-safe.

    Built from the default file and one file per tenant; several tenants are told apart where the
    map has entries. `findings` are the warnings and remarks on the files. Raises ProfileInvalid
    with the findings of all files. With `debug_file` (sandbox mode only) settings can be changed
    at run time, at once for all processes that were given the same file.
    """

    def __init__(
        self,
        default: Path,
        tenants: Mapping[str, Path] = _NO_FILES,
        *,
        debug_file: Path | None = None,
    ) -> None:
        self._documents = _read_files(default, tenants)
        self._files = _as_in_files(self._documents)
        self.findings = tuple(
            finding for read in self._documents.values() for finding in read.findings
        )
        self._overlay = None if debug_file is None else DebugOverlay(debug_file)
        self._reading = threading.Lock()
        self._in_force = self._files
        if self._overlay is not None:
            self._renew(self._overlay)

    def for_tenant(self, instance_id: str | None) -> Profile:
        """The profile in force; any id is the default's where tenants are not told apart.

        Raises BlankTenant and UnknownTenant where they are (clause 3.8).
        """
        in_force = self._current()
        return in_force.of(in_force.slot(instance_id))

    def named(self, instance_id: str | None) -> tuple[str, Profile]:
        """The tenant whose rows a call sees, and its profile; as `tenant` and `for_tenant` tell.

        Raises what they raise.
        """
        in_force = self._current()
        profile = in_force.of(in_force.slot(instance_id))
        tenant = tenant_of(instance_id)
        return tenant if in_force.multitenancy else DEFAULT_TENANT, profile

    def all(self) -> dict[str, Profile]:
        """Every profile in force, by the name of its tenant; the default one has no name."""
        in_force = self._current()
        return {"": in_force.default, **in_force.tenants}

    def document_of(self, name: str) -> ProfileRead:
        """What was read from the file of a tenant of `all()`, whatever has changed since."""
        return self._documents[name or None]

    def tenant(self, instance_id: str | None) -> str:
        """The tenant whose rows a call sees. Where tenants are not told apart there is one.

        Raises Malformed.
        """
        named = tenant_of(instance_id)
        return named if self.multitenancy_enabled() else DEFAULT_TENANT

    def multitenancy_enabled(self) -> bool:
        """Are several tenants told apart?"""
        return self._current().multitenancy

    def override_settings(self, instance_id: str | None, settings: object) -> tuple[Finding, ...]:
        """Put a whole document, as `settings_document` gives it, in the place of a profile.

        What it leaves out takes the documented default, save for addresses, which have none, and
        for the SCA approaches, since the settings are answered without them: these stay. Returns
        the warnings, unknown keys among them; raises ProfileInvalid.
        """
        return self._override(instance_id, lambda present: _completed(settings, present))

    def override_sca_approaches(
        self, instance_id: str | None, approaches: object
    ) -> tuple[Finding, ...]:
        """Put a list of names in the place of the SCA approaches; as `override_settings`."""
        if not isinstance(approaches, list):
            raise _not_fitting(_SCA_APPROACHES, "a list", approaches)

        def replaced(present: Profile) -> object:
            document = settings_document(present)
            name = _SCA_APPROACHES.rpartition(".")[2]
            return {**document, "common": {**_mapping(document["common"]), name: approaches}}

        return self._override(instance_id, replaced)

    def override_multitenancy(self, enabled: bool) -> None:
        """Switch the telling apart of tenants on or off."""
        self._change(lambda overrides: dataclasses.replace(overrides, multitenancy=enabled))

    def forget_overrides(self) -> None:
        """Go back to the files; meant for the start of the sandbox, before its processes."""
        overlay = self._sandbox()
        overlay.clear()
        self._renew(overlay)

    def _override(
        self, instance_id: str | None, settings: Callable[[Profile], object]
    ) -> tuple[Finding, ...]:
        warnings: list[Finding] = []

        def edit(overrides: Overrides) -> Overrides:
            in_force = self._with(overrides, None)
            slot = in_force.slot(instance_id)
            read = read_settings(settings(in_force.of(slot)), unknown=Severity.WARNING)
            if read.profile is None:
                raise ProfileInvalid(read.findings)
            warnings.extend(one for one in read.findings if one.severity is Severity.WARNING)
            if slot is None:
                return dataclasses.replace(overrides, default=read.profile)
            return dataclasses.replace(overrides, tenants={**overrides.tenants, slot: read.profile})

        self._change(edit)
        return tuple(warnings)

    def _change(self, edit: Callable[[Overrides], Overrides]) -> None:
        overlay = self._sandbox()
        overlay.change(edit)
        self._renew(overlay)

    def _sandbox(self) -> DebugOverlay:
        if self._overlay is None:
            raise RuntimeError("settings change at run time in sandbox mode only")
        return self._overlay

    def _current(self) -> _InForce:
        overlay = self._overlay
        if overlay is None or overlay.stamp() == self._in_force.stamp:
            return self._in_force
        return self._renew(overlay)

    def _renew(self, overlay: DebugOverlay) -> _InForce:
        with self._reading:
            try:
                overrides, stamp = overlay.read()
                self._in_force = self._with(overrides, stamp)
            except OverlayUnreadable as unreadable:
                _log.warning("the debug file cannot be read; the profiles stay as they are")
                self._in_force = dataclasses.replace(self._in_force, stamp=unreadable.stamp)
            return self._in_force

    def _with(self, overrides: Overrides, stamp: Stamp | None) -> _InForce:
        """The files' profiles with the overrides laid over; of tenants known to the files only."""
        files = self._files
        known = {name: overrides.tenants.get(name, one) for name, one in files.tenants.items()}
        return _InForce(
            stamp=stamp,
            multitenancy=(
                files.multitenancy if overrides.multitenancy is None else overrides.multitenancy
            ),
            default=overrides.default or files.default,
            tenants=known,
        )


def _completed(settings: object, present: Profile) -> object:
    """The document with the present values of the keys it leaves out that have no fixed default."""
    if not isinstance(settings, Mapping):
        raise _not_fitting("", "a mapping", settings)
    document = settings.get(ROOT, settings)
    if not isinstance(document, Mapping):
        raise _not_fitting(ROOT, "a mapping", document)
    for one in KEYS:
        if one.default == "" or one.path == _SCA_APPROACHES:
            document = _filled(document, one.path.split("."), wire_value(one.value_in(present)))
    return document


def _filled(
    document: Mapping[object, object], path: list[str], value: object
) -> Mapping[object, object]:
    name, *rest = path
    below = document.get(name)
    if below is not None and not (rest and isinstance(below, Mapping)):
        return document
    return {**document, name: _filled(_mapping(below), rest, value) if rest else value}


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, Mapping) else {}


def _not_fitting(path: str, kind: str, value: object) -> ProfileInvalid:
    message = f"must be {kind}, not {shown(value)}"
    return ProfileInvalid((Finding(Severity.ERROR, path, None, message),))


def _read_files(default: Path, tenants: Mapping[str, Path]) -> dict[str | None, ProfileRead]:
    """Every document, that of the default profile without a name. Raises ProfileInvalid."""
    named = {tenant.strip().casefold(): path for tenant, path in tenants.items()}
    documents = {tenant: read_profile(path) for tenant, path in ((None, default), *named.items())}
    findings = [finding for read in documents.values() for finding in read.findings]
    if len(named) != len(tenants) or "" in named:
        message = "the ids of tenants must differ, in more than case, and must not be blank"
        findings.append(Finding(Severity.ERROR, "", None, message))
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise ProfileInvalid(tuple(findings))
    return documents


def _as_in_files(documents: Mapping[str | None, ProfileRead]) -> _InForce:
    valid = {tenant: read.profile for tenant, read in documents.items() if read.profile is not None}
    named = {tenant: profile for tenant, profile in valid.items() if tenant is not None}
    return _InForce(None, bool(named), valid[None], named)
