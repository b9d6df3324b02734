"""A TPP as OAuth's client: its client id is the authorisation number of its certificate.

There is no registration: whoever is certified, and has shown its certificate, is a client.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from authlib.oauth2.rfc6749 import ClientMixin

from xs2a.oauth.metadata import TLS_CLIENT_AUTH

GRANT_TYPES: Final = frozenset({"authorization_code", "refresh_token"})


def _any(_text: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class OAuthClient(ClientMixin):
    """`tpp_id` is the TPP's key. `fits` judges a redirect URI, `allows` a scope that is asked for:
    of a client at the token endpoint nothing is asked any more.
    """

    client_id: str
    tpp_id: str
    certificate_thumbprint: str | None = None
    fits: Callable[[str], bool] = _any
    allows: Callable[[str], bool] = _any

    def get_client_id(self) -> str:
        """The authorisation number."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: every request has to name its own."""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """May the browser be sent back there?"""
        return self.fits(redirect_uri)

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The scope, or None where the client may not have it."""
        return scope if scope and self.allows(scope) else None

    def check_response_type(self, response_type: str) -> bool:
        """Only codes."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Codes, and refresh tokens."""
        return grant_type in GRANT_TYPES

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Only by certificate, wherever the client calls."""
        return method == TLS_CLIENT_AUTH
