"""Who judges the access tokens of TPPs, by what the bank has set up."""

from collections.abc import Mapping
from enum import Enum, auto

from cms.domain.ids import DEFAULT_TENANT
from cms.domain.profile import Profile, ScaRedirectFlow
from xs2a.oauth.issuers import ExpectedIssuer, expected_issuer, place_of
from xs2a.oauth.metadata import METADATA_PATH


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
    return issuer is not None and place_of(_configured(profile)) == place_of(issuer + METADATA_PATH)


def names_host_of(issuer: str | None, profile: Profile) -> bool:
    """Is `oauthConfigurationUrl` at the host of the issuer, wherever there?"""
    return issuer is not None and place_of(_configured(profile))[1] == place_of(issuer)[1]


def issuer_for(
    profile: Profile, instance_id: str, profiles: Mapping[str, Profile], *, issuer: str | None
) -> ExpectedIssuer:
    """Whose tokens count for a tenant whose tokens the bank's own server is asked about; `profiles`
    are those of all tenants by their names, and `issuer` is ours.
    """
    asked_about = (
        filled_configuration(each, name or DEFAULT_TENANT)
        for name, each in profiles.items()
        if judge_of(each, issuer, introspects=True) is Judge.INTROSPECTION
    )
    return expected_issuer(filled_configuration(profile, instance_id), asked_about)


def filled_configuration(profile: Profile, instance_id: str) -> str:
    """The address of the metadata for a tenant."""
    return _configured(profile).replace("{instance-id}", instance_id)


def _configured(profile: Profile) -> str:
    return profile.common.oauth_configuration_url or ""
