"""Who has called, as far as the transport says."""

from dataclasses import dataclass

from cms.domain.parties import Role, ShownCertificate, Tpp
from xs2a.tpp.certificate import TppCertificate


@dataclass(frozen=True, slots=True)
class Caller:
    """The TPP behind a request.

    `certificate` is None for the sandbox's default TPP. `allowed_roles` is what the bank's proxy
    grants in `TPP-Roles-Allowed`; None if it leaves the roles to the certificate.
    """

    tpp: Tpp
    certificate: TppCertificate | None = None
    allowed_roles: frozenset[Role] | None = None

    @property
    def thumbprint(self) -> str | None:
        """SHA-256 of the certificate, in hex."""
        return None if self.certificate is None else self.certificate.thumbprint

    @property
    def shown(self) -> ShownCertificate | None:
        """What the register of TPPs keeps of the certificate."""
        shown = self.certificate
        if shown is None:
            return None
        roles = self.tpp.roles if self.allowed_roles is None else self.allowed_roles
        return ShownCertificate(shown.thumbprint, shown.not_after, roles)
