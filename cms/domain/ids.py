"""Ids of resources and tenants: how they are made, and what may be looked up at all."""

import re
from datetime import datetime
from typing import Final

from cms.domain.errors import Malformed, Unknown

DEFAULT_TENANT: Final = "UNDEFINED"  # rows and calls without an Instance-ID

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TENANT = re.compile(r"[A-Za-z0-9._-]{1,100}")


def id_made_at(moment: datetime, random: int) -> str:
    """A UUID of version 7 (RFC 9562, clause 5.7) in its 36 characters; `random` has 74 bits.

    Opaque and unguessable (C2), and ordered by time, to the millisecond: new rows lie side by side
    in the database's indexes, and whatever is found in the order of its id is found in that of its
    making.
    """
    bits = (_milliseconds(moment) & (1 << 48) - 1) << 80 | 0x7 << 76
    bits |= (random >> 62 & 0xFFF) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def first_id_at(moment: datetime) -> str:
    """The smallest id that can be made at this moment: what was made before has a smaller one."""
    return id_made_at(moment, 0)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def is_id(text: str) -> bool:
    """Can it be the id of a resource of ours?"""
    return _ID.fullmatch(text) is not None


def known_form(resource_id: str) -> str:
    """The id, if it can be one of ours. Raises Unknown: no such resource can exist."""
    if not is_id(resource_id):
        raise Unknown
    return resource_id


def tenant_of(instance_id: str | None) -> str:
    """The tenant that an `Instance-ID` header names, without regard to case. Raises Malformed."""
    if instance_id is None or not instance_id.strip():
        return DEFAULT_TENANT
    name = instance_id.strip()
    if not _TENANT.fullmatch(name):
        raise Malformed("The tenant's name is malformed.", path="instance-id")
    return DEFAULT_TENANT if name.upper() == DEFAULT_TENANT else name.lower()
