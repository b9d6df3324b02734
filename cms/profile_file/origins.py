"""Where each value of a profile in force comes from."""

from dataclasses import dataclass
from enum import StrEnum

from cms.domain.profile import KEYS, Key
from cms.profile_file.tenants import Profiles
from cms.profile_file.writing import wire_value


class Origin(StrEnum):
    """Who has said so: the bank's file, nobody, or a debug request of the sandbox."""

    FILE = "file"
    DEFAULT = "default"
    DEBUG = "debug change"


@dataclass(frozen=True, slots=True)
class KeyInForce:
    """A key with the value in force, in the words of the document."""

    key: Key
    value: object
    origin: Origin


def keys_in_force(profiles: Profiles, name: str) -> list[KeyInForce]:
    """Every key of the profile of this tenant of `Profiles.all()`, in the order of the sections."""
    in_force = profiles.all()[name]
    document = profiles.document_of(name)
    keys = []
    for one in KEYS:
        value = one.value_in(in_force)
        if document.profile is None or value != one.value_in(document.profile):
            origin = Origin.DEBUG
        else:
            origin = Origin.FILE if one.path in document.stated else Origin.DEFAULT
        keys.append(KeyInForce(one, wire_value(value), origin))
    return keys
