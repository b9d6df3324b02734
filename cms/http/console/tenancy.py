"""Which tenant's rows are looked at: an operator of the bank may see all, one at a time."""

from flask import request

from cms.domain.errors import Unknown
from cms.domain.ids import DEFAULT_TENANT
from cms.http.rooms import rooms


def tenants() -> list[str]:
    """The tenants that are configured, the default one first."""
    return [name or DEFAULT_TENANT for name in rooms().profiles.all()]


def profile_name_of(tenant: str) -> str:
    """The name under which the profiles know the tenant: the default one has none."""
    return "" if tenant == DEFAULT_TENANT else tenant


def chosen_tenant() -> str:
    """The tenant that the address names, else the default one. Raises Unknown."""
    name = request.args.get("tenant") or DEFAULT_TENANT
    if name not in tenants():
        raise Unknown
    return name
