"""Which roles a caller has, and whether they suffice."""

from typing import Final

from cms.domain.parties import Role
from xs2a.tpp.caller import Caller
from xs2a.tpp.refusals import RoleInvalid

_ROLE_OF_SERVICE: Final = {role.service: role for role in Role}


def roles_named(header_value: str) -> frozenset[Role]:
    """The roles of a comma list such as `PISP, AISP`; unknown words give none."""
    words = (word.strip().upper() for word in header_value.split(","))
    return frozenset(_ROLE_OF_SERVICE[word] for word in words if word in _ROLE_OF_SERVICE)


def check_role(caller: Caller, required: Role, *, certificate_counts: bool) -> None:
    """Raises RoleInvalid unless the caller has the role, or the role of an ASPSP.

    The proxy's word counts above the certificate's; `certificate_counts` is the profile's
    `checkTppRolesFromCertificateSupported` and switches off the certificate's only.
    """
    roles = caller.allowed_roles
    if roles is None:
        if not certificate_counts:
            return
        roles = caller.tpp.roles
    if roles.isdisjoint({required, Role.PSP_AS}):
        raise RoleInvalid(f"The TPP does not have the role {required.service}.")
