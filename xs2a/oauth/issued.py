"""Codes and tokens as Authlib's grants and endpoints want to see them."""

from dataclasses import dataclass

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, TokenMixin

from cms.domain.access import AccessRequest, Token
from xs2a.oauth.client import OAuthClient
from xs2a.oauth.metadata import CHALLENGE_METHOD


@dataclass(frozen=True, slots=True)
class IssuedCode(AuthorizationCodeMixin):
    """A code that a TPP has come with, by the request that it stems from."""

    request: AccessRequest

    @property
    def code_challenge(self) -> str:
        """What the verifier has to hash to."""
        return self.request.code_challenge

    @property
    def code_challenge_method(self) -> str:
        """The only one there is."""
        return CHALLENGE_METHOD

    def get_redirect_uri(self) -> str:
        """The one of the request for access, which has to be sent again (RFC 6749, 4.1.3)."""
        return self.request.redirect_uri

    def get_scope(self) -> str:
        """What the PSU has granted."""
        return str(self.request.scope)


@dataclass(frozen=True, slots=True)
class IssuedToken(TokenMixin):
    """A token of either kind. `good`: at the moment of asking."""

    token: Token
    good: bool = True

    def check_client(self, client: OAuthClient) -> bool:
        """Is it this TPP's?"""
        return self.token.request.tpp_id == client.tpp_id

    def get_scope(self) -> str:
        """What the PSU has granted."""
        return str(self.token.request.scope)

    def is_expired(self) -> bool:
        """Is it good no more, for whatever reason?"""
        return not self.good

    def is_revoked(self) -> bool:
        """The same: an introspection does not tell them apart (RFC 7662, 2.2)."""
        return not self.good
