"""Revocation (RFC 7009) and introspection (RFC 7662), each for the TPP's own tokens only."""

from base64 import urlsafe_b64encode
from typing import Any, ClassVar

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from xs2a.oauth.client import OAuthClient
from xs2a.oauth.issued import IssuedToken
from xs2a.oauth.metadata import TLS_CLIENT_AUTH


def _demand_token(request: Any) -> None:
    """A hint at the kind of token may be wrong or unheard of: it is not looked at."""
    if not request.form.get("token"):
        raise InvalidRequestError("A token is needed.")


class Revocation(RevocationEndpoint):
    """The TPP needs a token no more."""

    CLIENT_AUTH_METHODS: ClassVar = [TLS_CLIENT_AUTH]

    def check_params(self, request: Any, client: OAuthClient) -> None:
        """Raises InvalidRequestError."""
        _demand_token(request)

    def query_token(self, token: str, _hint: str | None) -> IssuedToken | None:
        """The token, good or not."""
        found = self.server.desk.access.token(token)
        return None if found is None else IssuedToken(found)

    def revoke_token(self, token: IssuedToken, request: Any) -> None:
        """It is worth nothing from now on."""
        self.server.desk.access.revoke(request.form["token"])


class Introspection(IntrospectionEndpoint):
    """The TPP wants to know how a token of its own stands."""

    CLIENT_AUTH_METHODS: ClassVar = [TLS_CLIENT_AUTH]

    def check_params(self, request: Any, client: OAuthClient) -> None:
        """Raises InvalidRequestError."""
        _demand_token(request)

    def query_token(self, token: str, _hint: str | None) -> IssuedToken | None:
        """The token, with how it stands now."""
        desk = self.server.desk
        found = desk.access.token(token)
        return None if found is None else IssuedToken(found, found.good_at(desk.clock()))

    def check_permission(self, token: IssuedToken, client: OAuthClient, request: Any) -> bool:
        """Of another TPP's token nothing is told."""
        return token.check_client(client)

    def introspect_token(self, token: IssuedToken) -> dict[str, Any]:
        """What is told of a good token: nothing of the PSU, whom the TPP knows or need not."""
        told = token.token
        answer = {
            "active": True,
            "scope": token.get_scope(),
            "client_id": told.request.client_id,
            "token_type": "Bearer",
            "iat": int(told.issued_at.timestamp()),
            "exp": int(told.expires_at.timestamp()),
            "iss": self.server.desk.access.issuer,
        }
        bound_to = told.certificate_thumbprint
        if bound_to is not None:
            thumbprint = urlsafe_b64encode(bytes.fromhex(bound_to)).decode().rstrip("=")
            answer["cnf"] = {"x5t#S256": thumbprint}  # RFC 8705, 3.2
        return answer
