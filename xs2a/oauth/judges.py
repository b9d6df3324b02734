"""Who judges the access tokens of TPPs, by what the bank has set up."""

from enum import Enum, auto
from urllib.parse import urlsplit

from cms.domain.profile import Profile, ScaRedirectFlow
from xs2a.oauth.metadata import METADATA_PATH

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Judge(Enum):
    """This server, the bank's own authorization server (RFC 7662), or the bank's connector."""

    HERE = auto()
    INTROSPECTION = auto()
    CONNECTOR = auto()


def judge_of(profile: Profile, issuer: str | None, *, introspects: bool) -> Judge:
    """The profile decides: an `oauthConfigurationUrl` that leads to our own metadata means our
    tokens. Any other server is asked, where that is set up; else the bank must know its tokens.
    """
    if profile.common.sca_redirect_flow is ScaRedirectFlow.REDIRECT:
        return Judge.CONNECTOR
    if is_ours(profile, issuer):
        return Judge.HERE
    return Judge.INTROSPECTION if introspects else Judge.CONNECTOR


def is_ours(profile: Profile, issuer: str | None) -> bool:
    """Does `oauthConfigurationUrl` lead to our own metadata?"""
    return issuer is not None and _place(_configured(profile)) == _place(issuer + METADATA_PATH)


def names_host_of(issuer: str | None, profile: Profile) -> bool:
    """Is `oauthConfigurationUrl` at the host of the issuer, wherever there?"""
    return issuer is not None and _place(_configured(profile))[1] == _place(issuer)[1]


def _configured(profile: Profile) -> str:
    return profile.common.oauth_configuration_url or ""


def _place(url: str) -> tuple[str, str, int | None, str]:
    """Scheme, host, port and path, without what makes no difference (RFC 3986, 6.2.3). A query
    makes none either: it may name the tenant.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return "", url, None, ""
    return parts.scheme, host, port or _DEFAULT_PORTS.get(parts.scheme), parts.path.rstrip("/")
