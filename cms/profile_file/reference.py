"""The generated part of docs/profile.md: every key, every check, what is not served yet.

`python -m cms.profile_file.reference docs/profile.md` renews it.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, get_args, get_origin

from cms.domain.profile import KEYS, SECTIONS, Key, Severity
from cms.profile_file.check import Check
from cms.profile_file.cross_checks import CROSS_CHECKS
from cms.profile_file.not_served import NOT_SERVED, waits_for
from cms.profile_file.reading import OLDER_SPELLINGS
from cms.profile_file.writing import wire_value

MARKER: Final = "<!-- From here on generated: python -m cms.profile_file.reference -->"

_TYPE_NAMES: Final[dict[object, str]] = {
    bool: "true or false",
    int: "number",
    timedelta: "milliseconds",
    str: "text",
}


def renewed(document: str) -> str:
    """The document with everything below the marker written anew."""
    introduction, marker, _ = document.partition(MARKER)
    if not marker:
        raise ValueError(f"the document does not contain the line {MARKER}")
    return f"{introduction}{MARKER}\n\n" + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for name, section in SECTIONS.items():
        # The docstring's first line, without its "(section ...)."
        title = (section.__doc__ or name).partition(" (")[0]
        yield from (f"## `{name}`: {title}", "", *_key_table(name), "")
    yield from ("## What keys must agree on", "", *_check_table(CROSS_CHECKS), "")
    yield from ("## Not served by this version", "", *_check_table(NOT_SERVED), "")
    yield from ("## Older spellings", "", "| Read | As |", "| --- | --- |")
    yield from (f"| `{older}` | `{current}` |" for older, current in OLDER_SPELLINGS.items())


def _key_table(section: str) -> Iterator[str]:
    yield "| Key | Type | Default | Effect |"
    yield "| --- | --- | --- | --- |"
    for one in KEYS:
        if one.section == section:
            name = one.path.partition(".")[2]
            yield f"| `{name}` | {_type_name(one.kind)} | {_default(one)} | {_effect(one)} |"


def _check_table(checks: Iterable[Check]) -> Iterator[str]:
    yield "| Key | Finding |"
    yield "| --- | --- |"
    for check in checks:
        message = check.message.replace("{", "`{").replace("}", "}`")
        severity = "**error**" if check.severity is Severity.ERROR else check.severity.value
        yield f"| `{check.path}` | {severity}: {message} |"


def _type_name(kind: object) -> str:
    if get_origin(kind) is tuple:
        return f"list of {_type_name(get_args(kind)[0])}"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(f"`{word}`" for word in kind)
    return _TYPE_NAMES.get(kind, "payment types to lists of products")


def _default(one: Key) -> str:
    value = wire_value(one.default)
    return "-" if value is None else f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _effect(one: Key) -> str:
    service = waits_for(one)
    return f"{one.effect} *(waits for {service})*" if service else one.effect


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
