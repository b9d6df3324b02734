"""Whose tokens count, by the address of the metadata (RFC 8414, 3; OpenID Connect Discovery, 4)."""

from dataclasses import replace

import pytest

from cms.domain.profile import Profile, ScaRedirectFlow
from xs2a.oauth.issuers import issuer_at
from xs2a.oauth.judges import issuer_for

OAUTH, OPENID = "oauth-authorization-server", "openid-configuration"


def profile(url: str, flow: ScaRedirectFlow = ScaRedirectFlow.OAUTH_PRE_STEP) -> Profile:
    common = replace(Profile().common, sca_redirect_flow=flow, oauth_configuration_url=url)
    return replace(Profile(), common=common)


@pytest.mark.parametrize(
    "address, issuer",
    [
        (f"https://bank.example/.well-known/{OAUTH}", "https://bank.example"),
        (f"https://bank.example:8443/.well-known/{OAUTH}/", "https://bank.example:8443/"),
        (f"https://bank.example/.well-known/{OAUTH}/a/b", "https://bank.example/a/b"),
        (f"https://bank.example/.well-known/{OPENID}?x=y", "https://bank.example"),
        (f"https://bank.example/a/b/.well-known/{OPENID}", "https://bank.example/a/b"),
        ("https://bank.example/metadata", None),
        ("https://[bank.example/.well-known/x", None),
        ("", None),
    ],
)
def test_the_issuer_of_an_address(address: str, issuer: str | None) -> None:
    assert issuer_at(address) == issuer


ONE = {"": f"https://bank.example/.well-known/{OPENID}"}
BY_HOST = {name: f"https://{name or 'main'}.bank.example/.well-known/{OAUTH}" for name in ("", "n")}
BY_PATH = {name: f"https://bank.example/{name or 'm'}/.well-known/{OPENID}" for name in ("", "n")}
FILLED = dict.fromkeys(("", "n"), f"https://bank.example/.well-known/{OAUTH}/{{instance-id}}")
SAME = dict.fromkeys(("", "n"), ONE[""])
UNTOLD = {"": "https://bank.example/metadata"}
UNTOLD_TWICE = {**UNTOLD, "n": "https://bank.example/n/metadata"}


@pytest.mark.parametrize(
    "urls, told, good",
    [
        (ONE, None, True),
        (ONE, "https://bank.example", True),
        (ONE, "https://bank.example/", True),
        (ONE, "HTTPS://Bank.Example:443", True),
        (ONE, "https://bank.example/a", False),
        (ONE, "https://other.example", False),
        (ONE, "bank", False),
        (SAME, None, True),
        (SAME, "https://bank.example", True),
        (BY_HOST, None, False),
        (BY_HOST, "https://main.bank.example", True),
        (BY_HOST, "https://n.bank.example", False),
        (BY_PATH, None, False),
        (BY_PATH, "https://bank.example/m", True),
        (BY_PATH, "https://bank.example/n", False),
        (FILLED, None, False),
        (FILLED, "https://bank.example/UNDEFINED", True),
        (FILLED, "https://bank.example/n", False),
        (UNTOLD, None, True),
        (UNTOLD, "https://whoever.example", True),
        (UNTOLD_TWICE, None, False),
        (UNTOLD_TWICE, "https://bank.example", False),
    ],
)
def test_what_counts_for_the_tenant_without_a_name(
    urls: dict[str, str], told: str | None, good: bool
) -> None:
    profiles = {name: profile(url) for name, url in urls.items()}

    assert issuer_for(profiles[""], "UNDEFINED", profiles, issuer=None).may_be(told) is good


def test_tenants_whose_tokens_are_judged_elsewhere_do_not_count() -> None:
    ours = "https://auth.bank.example"
    others = {
        "plain": profile("https://plain.bank.example/x", ScaRedirectFlow.REDIRECT),
        "ours": profile(f"{ours}/.well-known/{OAUTH}"),
    }
    profiles = {"": profile(ONE[""]), **others}

    assert issuer_for(profiles[""], "UNDEFINED", profiles, issuer=ours).may_be(None)
