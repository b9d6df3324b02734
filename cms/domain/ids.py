"""Ids of resources and tenants: what may be looked up at all, before any database is asked."""

import re
from typing import Final

from cms.domain.errors import Malformed, Unknown

DEFAULT_TENANT: Final = "UNDEFINED"  # rows and calls without an Instance-ID

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TENANT = re.compile(r"[A-Za-z0-9._-]{1,100}")


def known_form(resource_id: str) -> str:
    """The id, if it can be one of ours. Raises Unknown: no such resource can exist."""
    if not _ID.fullmatch(resource_id):
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
