"""Two OAuth client libraries of different makers, as a TPP's program would use them: unmodified,
and told nothing but the address of the metadata.

The certificate comes in the header of the bank's proxy, which is missing here.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from requests_oauthlib import OAuth2Session as OauthlibSession

from tests.serving import TIMEOUT_S

TPP_NUMBER = "PSDDE-FAKENCA-SANDBOX1"

Begin = Callable[[], str]
Finish = Callable[[str], Any]  # a session of requests' kind


@contextmanager
def plain_http() -> Iterator[None]:
    """Both libraries insist on https, save where their own switches say otherwise."""
    switches = ("AUTHLIB_INSECURE_TRANSPORT", "OAUTHLIB_INSECURE_TRANSPORT")
    os.environ.update(dict.fromkeys(switches, "1"))
    try:
        yield
    finally:
        for switch in switches:
            del os.environ[switch]


def described(address: str) -> Mapping[str, Any]:
    """The metadata (RFC 8414)."""
    found: Mapping[str, Any] = requests.get(address, timeout=TIMEOUT_S).json()
    return found


def authlib(
    told: Mapping[str, Any], scope: str, uri: str, certificate: str
) -> tuple[Begin, Finish]:
    """Authlib's client for requests."""
    session = AuthlibSession(
        TPP_NUMBER,
        token_endpoint_auth_method="none",  # the certificate is enough; the client id goes along
        scope=scope,
        redirect_uri=uri,
        code_challenge_method="S256",
        token_endpoint=told["token_endpoint"],
    )
    session.headers["TPP-QWAC-Certificate"] = certificate
    verifier = "a-verifier-of-a-test-that-is-long-enough-to-be-one"

    def begin() -> str:
        address, _state = session.create_authorization_url(
            told["authorization_endpoint"], code_verifier=verifier
        )
        return str(address)

    def finish(answer: str) -> Any:
        session.fetch_token(authorization_response=answer, code_verifier=verifier)
        return session

    return begin, finish


def oauthlib(
    told: Mapping[str, Any], scope: str, uri: str, certificate: str
) -> tuple[Begin, Finish]:
    """requests-oauthlib, of another maker."""
    session = OauthlibSession(TPP_NUMBER, scope=scope, redirect_uri=uri, pkce="S256")
    session.headers["TPP-QWAC-Certificate"] = certificate

    def begin() -> str:
        address, _state = session.authorization_url(told["authorization_endpoint"])
        return str(address)

    def finish(answer: str) -> Any:
        session.fetch_token(
            told["token_endpoint"], authorization_response=answer, include_client_id=True
        )
        return session

    return begin, finish
