"""The profile that is in force, key by key, with where its value comes from."""

from typing import Final

import orjson
from flask import Blueprint, render_template, request

from cms.domain.operator import OperatorRole
from cms.domain.profile import SECTIONS
from cms.http.console.gate import demands
from cms.http.console.tenancy import chosen_tenant, profile_name_of, tenants
from cms.http.rooms import rooms
from cms.profile_file import KeyInForce, Origin, keys_in_force

# The docstring's first line, without its "(section ...)."
_TITLES: Final = {
    name: (section.__doc__ or name).partition(" (")[0] for name, section in SECTIONS.items()
}

profile = Blueprint("profile", __name__)


@profile.get("/profile")
@demands(OperatorRole.READ)
def effective() -> str:
    """One tenant's profile; with `changed` only what does not have its default."""
    tenant = chosen_tenant()
    name = profile_name_of(tenant)
    changed = "changed" in request.args
    keys = keys_in_force(rooms().profiles, name)
    shown = [each for each in keys if not (changed and each.origin is Origin.DEFAULT)]
    return render_template(
        "profile.html",
        tenant=tenant,
        tenants=tenants(),
        findings=rooms().profiles.document_of(name).findings,
        sections=[
            (section, title, rows)
            for section, title in _TITLES.items()
            if (rows := [each for each in shown if each.key.section == section])
        ],
        changed=changed,
        told=_told,
    )


def _told(key: KeyInForce) -> str:
    """The value as the YAML document would say it, near enough to be recognised."""
    if key.value is None:
        return "not set"
    return key.value if isinstance(key.value, str) else orjson.dumps(key.value).decode()
