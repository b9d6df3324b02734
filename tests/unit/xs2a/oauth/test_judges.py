"""Who judges the access tokens: a slip in an address must not change it unseen."""

from dataclasses import replace

import pytest

from cms.domain.profile import Profile, ScaRedirectFlow
from xs2a.oauth.judges import Judge, judge_of, names_host_of

ISSUER = "https://auth.bank.example"
PATH = "/.well-known/oauth-authorization-server"
FLOWS = [ScaRedirectFlow.OAUTH, ScaRedirectFlow.OAUTH_PRE_STEP]


def profile(url: str, flow: ScaRedirectFlow = ScaRedirectFlow.OAUTH) -> Profile:
    common = replace(Profile().common, sca_redirect_flow=flow, oauth_configuration_url=url)
    return replace(Profile(), common=common)


@pytest.mark.parametrize(
    "url",
    [
        ISSUER + PATH,
        f"{ISSUER}{PATH}/",
        f"{ISSUER}:443{PATH}",
        f"HTTPS://Auth.Bank.Example{PATH}",
        f"https://auth.bank.example.{PATH}",
        f"{ISSUER}{PATH}?instance-id={{instance-id}}",
    ],
)
@pytest.mark.parametrize("flow", FLOWS)
def test_ours_however_it_is_written(url: str, flow: ScaRedirectFlow) -> None:
    for introspects in (True, False):
        assert judge_of(profile(url, flow), ISSUER, introspects=introspects) is Judge.HERE
    assert judge_of(profile(ISSUER + PATH, flow), url.partition(PATH)[0], introspects=False) is (
        Judge.HERE
    )


@pytest.mark.parametrize(
    "url, at_our_host",
    [
        (f"http://auth.bank.example{PATH}", True),
        (f"{ISSUER}:8443{PATH}", True),
        (f"{ISSUER}/oauth", True),
        (ISSUER, True),
        (f"{ISSUER}{PATH.upper()}", True),
        (f"https://own.bank.example{PATH}", False),
        ("https://[", False),
        (f"{ISSUER}:99999{PATH}", False),
        ("", False),
    ],
)
def test_not_ours(url: str, at_our_host: bool) -> None:
    assert judge_of(profile(url), ISSUER, introspects=True) is Judge.INTROSPECTION
    assert judge_of(profile(url), ISSUER, introspects=False) is Judge.CONNECTOR
    assert names_host_of(ISSUER, profile(url)) is at_our_host


def test_without_an_issuer_nothing_is_ours() -> None:
    assert judge_of(profile(ISSUER + PATH), None, introspects=False) is Judge.CONNECTOR
    assert not names_host_of(None, profile(ISSUER + PATH))


def test_without_an_oauth_flow_tokens_are_the_banks() -> None:
    plain = profile(ISSUER + PATH, ScaRedirectFlow.REDIRECT)
    assert judge_of(plain, ISSUER, introspects=True) is Judge.CONNECTOR
