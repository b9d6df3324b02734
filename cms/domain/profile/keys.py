"""One profile key: its YAML path, type, documented default and effect, told once."""

import dataclasses
from collections.abc import Mapping
from typing import TypeVar, get_type_hints

_T = TypeVar("_T")


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """What reading, writing, checking and the documentation need to know of one key.

    `path` starts with the section and is dotted, e.g. `ais.consentTypes.maxConsentValidityDays`;
    `kind` is the type annotation of the field that holds the value; `ignored` is the reason why
    nothing looks at the value, or empty.
    """

    section: str
    attribute: str
    path: str
    kind: object
    default: object
    effect: str
    ignored: str

    def value_in(self, profile: object) -> object:
        """The value which this profile holds for the key."""
        return getattr(getattr(profile, self.section), self.attribute)


def key(path: str, default: _T, effect: str, *, ignored: str = "") -> _T:
    """Declare a field of a section: `path` below the section, documented default, effect."""
    return dataclasses.field(
        # By factory, since a dataclass refuses unhashable defaults such as the product matrix.
        default_factory=lambda: default,
        hash=not isinstance(default, Mapping),
        metadata={"path": path, "default": default, "effect": effect, "ignored": ignored},
    )


def keys_of(name: str, section: type) -> tuple[Key, ...]:
    """The keys of one section in the order of their declaration."""
    kinds = get_type_hints(section)
    return tuple(
        Key(
            section=name,
            attribute=field.name,
            path=f"{name}.{field.metadata['path']}",
            kind=kinds[field.name],
            default=field.metadata["default"],
            effect=field.metadata["effect"],
            ignored=field.metadata["ignored"],
        )
        for field in dataclasses.fields(section)
    )
