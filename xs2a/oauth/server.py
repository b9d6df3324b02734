"""The authorization server: Authlib's grants and endpoints (RFC 6749, 7636, 7009, 7662) over ours.

What Authlib leaves open is decided here: PKCE with S256 for every client, authentication by
certificate alone (RFC 8705), one try for each code, refresh tokens that change with each use.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    OAuth2Error,
    OAuth2Payload,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7636.challenge import compare_s256_code_challenge

from cms.domain.access import ACCESS_TOKEN_VALID_FOR
from cms.domain.parties import PsuId
from cms.service.access import NewTokens
from xs2a.oauth.asking import Desk, Wanted
from xs2a.oauth.client import OAuthClient
from xs2a.oauth.endpoints import Introspection, Revocation
from xs2a.oauth.issued import IssuedCode, IssuedToken
from xs2a.oauth.metadata import CHALLENGE_METHOD, TLS_CLIENT_AUTH

# Authlib asks whether TLS was used; here it ends at the bank's proxy, which is nobody's to judge.
_BEHIND_THE_PROXY: Final = "https://behind-the-proxy.invalid/"
_CODE_NOT_GOOD: Final = (
    "The code is not good: too old, tried before, unknown, taken back, or not this client's"
)
_SHA_256: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # in base64url without padding


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a client or of a browser. `client` is who its certificate says; a client id
    that is sent beside it must be the same.
    """

    method: str
    parameters: Mapping[str, str] = field(repr=False)
    client: OAuthClient | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a JSON body, or nothing but headers."""

    http_status: int
    body: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class _Payload(OAuth2Payload):
    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = parameters

    @property
    def data(self) -> Mapping[str, str]:
        return self._parameters

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        """No parameter comes twice: the door sees to it."""
        return defaultdict(list, {name: [value] for name, value in self._parameters.items()})


class _Request(OAuth2Request):
    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.method, _BEHIND_THE_PROXY)
        self.payload = _Payload(asked.parameters)
        self.certified = asked.client

    @property
    def form(self) -> Mapping[str, str]:
        return self.payload.data


class _Challenge(CodeChallenge):
    """PKCE for all: Authlib would let confidential clients go without, and knows `plain`."""

    SUPPORTED_CODE_CHALLENGE_METHOD: ClassVar = [CHALLENGE_METHOD]
    CODE_CHALLENGE_METHODS: ClassVar = {CHALLENGE_METHOD: compare_s256_code_challenge}

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        sent = grant.request.payload.data
        challenge, method = sent.get("code_challenge"), sent.get("code_challenge_method")
        if challenge is None or method != CHALLENGE_METHOD:
            raise InvalidRequestError("PKCE is needed: code_challenge, code_challenge_method=S256")
        if not _SHA_256.fullmatch(challenge):
            raise InvalidRequestError(
                "The code_challenge has to be the SHA-256 of the code_verifier: 43 characters of "
                "base64url without padding"
            )


class _Codes(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = [TLS_CLIENT_AUTH]

    @staticmethod
    def validate_authorization_redirect_uri(request: _Request, client: OAuthClient) -> str:
        """Authlib's own repeats the address in its error, which not all characters survive."""
        uri = request.payload.redirect_uri
        if not uri or not client.check_redirect_uri(uri):
            raise InvalidRequestError("The redirect_uri is missing, or not this client's.")
        return str(uri)

    def validate_token_request(self) -> None:
        """A try that goes wrong uses the code up, too, whoever makes it; that of nobody is none."""
        try:
            super().validate_token_request()
        except InvalidClientError:
            raise
        except OAuth2Error:
            self.server.desk.access.spoil(self.request.form.get("code", ""))
            raise

    def query_authorization_code(self, code: str, client: OAuthClient) -> IssuedCode:
        """Whether it is still good shows when it is taken against the tokens.

        Raises InvalidGrantError.
        """
        request = self.server.desk.access.of_code(code)
        if request is None or request.tpp_id != client.tpp_id:
            raise InvalidGrantError(_CODE_NOT_GOOD)
        return IssuedCode(request)

    def delete_authorization_code(self, _code: IssuedCode) -> None:
        """It was taken in the transaction that keeps the tokens."""

    def authenticate_user(self, code: IssuedCode) -> PsuId | None:
        return code.request.psu


class _Refreshing(RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = [TLS_CLIENT_AUTH]
    INCLUDE_NEW_REFRESH_TOKEN = True  # each is good for one use (RFC 9700, 4.14.2)

    def authenticate_refresh_token(self, refresh_token: str) -> IssuedToken:
        """Raises InvalidGrantError."""
        found = self.server.desk.access.refreshing(refresh_token)
        token = None if found is None else IssuedToken(found)
        if token is None or not token.check_client(self.request.client):
            raise InvalidGrantError(
                "The refresh token is not good: used before, revoked, expired, unknown, or not "
                "this client's"
            )
        return token

    def authenticate_user(self, token: IssuedToken) -> PsuId | None:
        return token.token.request.psu

    def revoke_old_credential(self, _token: IssuedToken) -> None:
        """It was exchanged in the transaction that keeps the new ones."""


class TppServer(AuthorizationServer):
    """Authlib's server for one request; `wanted` is what the authorization endpoint is asked."""

    def __init__(self, desk: Desk, wanted: Wanted | None = None) -> None:
        super().__init__()
        self.desk = desk
        self._wanted = wanted
        self.register_client_auth_method(TLS_CLIENT_AUTH, _certified)
        self.register_grant(_Codes, [_Challenge()])
        self.register_grant(_Refreshing)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)
        tokens = BearerTokenGenerator(
            lambda **_: desk.new_secret(),
            lambda **_: desk.new_secret(),
            int(ACCESS_TOKEN_VALID_FOR.total_seconds()),
        )
        self.register_token_generator("default", tokens)

    def query_client(self, client_id: str) -> OAuthClient | None:
        """The TPP that the authorization endpoint is asked for."""
        return self._wanted.client if self._wanted is not None else None

    def save_token(self, token: Mapping[str, str], request: _Request) -> None:
        """Keep what the TPP gets, as hashes."""
        thumbprint = request.client.certificate_thumbprint
        new = NewTokens(token["access_token"], token["refresh_token"], thumbprint)
        if request.refresh_token is None:
            if not self.desk.access.redeem(request.form["code"], new):
                raise InvalidGrantError(_CODE_NOT_GOOD)
        elif not self.desk.access.exchange(request.form["refresh_token"], new):
            raise InvalidGrantError("The refresh token is not good: used before")

    def create_oauth2_request(self, request: Asked | _Request) -> _Request:
        """Ours as Authlib's."""
        return request if isinstance(request, _Request) else _Request(request)

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Reply:
        """Authlib's as ours."""
        told = body if isinstance(body, Mapping) else dict(body or {})
        return Reply(status, told, dict(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""


def _certified(_query_client: object, request: _Request) -> OAuthClient | None:
    """RFC 8705, 2.1: the certificate says who it is, and the client id may not say otherwise.

    Raises InvalidClientError.
    """
    client, named = request.certified, request.payload.client_id
    if client is not None and named not in (None, client.client_id):
        raise InvalidClientError("The client_id is not the certificate's authorisation number")
    return client
