"""The ASPSP profile as a file: read, checked, written back, and changed in the sandbox."""

from cms.domain.profile import Finding
from cms.profile_file.origins import KeyInForce, Origin, keys_in_force
from cms.profile_file.reading import ProfileRead, format_findings, read_profile, read_settings
from cms.profile_file.tenants import Profiles
from cms.profile_file.writing import settings_document

__all__ = [
    "Finding",
    "KeyInForce",
    "Origin",
    "ProfileRead",
    "Profiles",
    "format_findings",
    "keys_in_force",
    "read_profile",
    "read_settings",
    "settings_document",
]
