"""The tenant of a stored row, which may not be there any more."""

import logging

from cms.domain.ids import DEFAULT_TENANT
from cms.domain.profile import Profile, UnknownTenant
from cms.profile_file import Profiles

log = logging.getLogger(__name__)


class Tenants:
    """Finds a row's profile. Of each tenant that has none it tells once."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._told: set[str] = set()

    def profile_of(self, instance_id: str) -> Profile | None:
        """The tenant's profile. None for one that is configured no more: whom its bank was, and
        whether it may be asked still, nobody here knows.
        """
        if instance_id == DEFAULT_TENANT or self._profiles.multitenancy_enabled():
            try:
                return self._profiles.for_tenant(instance_id)
            except UnknownTenant:
                pass
        if instance_id not in self._told:
            self._told.add(instance_id)
            log.warning("rows of the tenant %s are left alone: it has no profile", instance_id)
        return None
