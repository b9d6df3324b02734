"""Which authorization server's tokens count for a tenant, by the address of its metadata."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

Place = tuple[str, str, int | None, str]

_WELL_KNOWN: Final = "/.well-known/"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ExpectedIssuer:
    """Who has to have issued a token; `place` is None where the address of the metadata does not
    tell. `to_be_told`: other tenants have other issuers, and one server is asked about all tokens.
    """

    place: Place | None
    to_be_told: bool

    def may_be(self, told: str | None) -> bool:
        """May a token with this `iss`, None for one without, be good for the tenant?"""
        if told is None or self.place is None:
            return not self.to_be_told
        return place_of(told) == self.place


def expected_issuer(address: str, addresses: Iterable[str]) -> ExpectedIssuer:
    """Whose tokens count where the metadata are at this address; `addresses` are those of all
    tenants.
    """
    issuer = issuer_at(address)
    places = {place_of(issuer_at(each) or each) for each in addresses}
    return ExpectedIssuer(None if issuer is None else place_of(issuer), len(places) > 1)


def issuer_at(address: str) -> str | None:
    """The issuer whose metadata are at this address; None where it does not tell.

    The well-known part stands between host and path (RFC 8414, 3), or behind the path (OpenID
    Connect Discovery 1.0, 4).
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    before, found, document = parts.path.partition(_WELL_KNOWN)
    if not found:
        return None
    _, slash, after = document.partition("/")
    return f"{parts.scheme}://{parts.netloc}{before}{slash}{after}"


def place_of(url: str) -> Place:
    """Scheme, host, port and path, without what makes no difference (RFC 3986, 6.2.3). A query
    makes none either: it may name the tenant.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return "", url, None, ""
    return parts.scheme, host, port or _DEFAULT_PORTS.get(parts.scheme), parts.path.rstrip("/")
