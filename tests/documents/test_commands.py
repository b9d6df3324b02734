"""What a reader is told to type exists: make targets, variables, addresses."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.routing import Map

from cms.domain.profile import UriComplianceResponse
from cms.profile_file import read_profile
from tests.documents_code import ROOT, code_blocks
from xs2a.settings import read_settings
from xs2a.start import first_curl
from xs2a.wiring import House, build_house, cms_face, xs2a_face

PAGES = (
    "README.md",
    "docs/first-payment.md",
    "docs/payments.md",
    "docs/authorisation.md",
    "docs/profile.md",
    "docs/signatures.md",
    "docs/online-banking.md",
    "docs/back-office.md",
    "CHANGELOG.md",
)
# Variables that the pages' own examples set, with something that they might hold.
SET_BY_THE_READER = {
    "$XS2A": "http://127.0.0.1:8080",
    "$CMS": "http://127.0.0.1:38080/psu-api/v1/payment",
    "$ASPSP": "http://127.0.0.1:38080/aspsp-api/v1",
    "$STATE": "http://127.0.0.1:38080/psu-api/v1/aspsp-consent-data/consents",
    "$AUTHORISATION": "12a69768-9601-4ebe-b40d-e8f1f92c8680",
    "$SELF": "http://127.0.0.1:8080/v1/payments/sepa-credit-transfers/2a8acb1f-21d8-431c-b7b7",
    "$STATUS": "http://127.0.0.1:8080/v1/payments/sepa-credit-transfers/2a8acb1f/status",
    "$PAYMENT_URL": "http://127.0.0.1:8080/v1/payments/sepa-credit-transfers/2a8acb1f",
    "$PAYMENT": "2a8acb1f-21d8-431c-b7b7-6444d492ff45",
}


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The server as the pages have it: sandbox mode, and all defaults that matter here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XS2A_MODE", "sandbox")
    monkeypatch.setenv("XS2A_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("ASPSP_PROFILE", str(ROOT / "aspsp-profile.yml"))
    made = build_house(read_settings())
    yield made
    made.close()


def without_indentation(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_the_curl_of_the_readme_is_the_one_that_is_printed(house: House) -> None:
    common = house.profiles.for_tenant(None).common
    printed = "\n".join(without_indentation(first_curl(house.settings, common)))
    assert printed in "\n".join(without_indentation((ROOT / "README.md").read_text()))


def test_the_curl_is_one_that_the_profile_lets_pass(house: House) -> None:
    demanding = replace(
        house.profiles.for_tenant(None).common,
        tpp_signature_required=True,
        check_uri_compliance_to_domain_supported=True,
        tpp_uri_compliance_response=UriComplianceResponse.REJECT,
    )
    printed = first_curl(house.settings, demanding)
    ok = "-H 'TPP-Redirect-URI: https://tpp.example/ok'"
    assert f'printf %s "$PAYMENT" | .venv/bin/xs2a sign - {ok} | curl -s http://' in printed
    assert printed.endswith('--data-binary "$PAYMENT"')
    assert "X-Request-ID" not in printed  # `xs2a sign` makes one


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"(?:`|^|&& )make ([a-z-]+)", (ROOT / page).read_text(), re.MULTILINE))
    assert told <= targets


def test_the_readme_names_just_the_variables_that_are_read() -> None:
    source = (ROOT / "xs2a/settings.py").read_text()
    read = set(
        re.findall(
            r'(?:env\.\w+|_listed|_days|environ\.get|name =)[( ]\s*(?:env, )?"([A-Z0-9_]+)"', source
        )
    )
    told = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert told == read
    assert told


def test_the_readme_tells_the_defaults(house: House) -> None:
    rows = re.findall(
        r"^\| `([A-Z0-9_]+)` \| `([^`]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    told = dict(rows)
    settings = house.settings
    assert told == {
        "ASPSP_PROFILE": "aspsp-profile.yml",
        "XS2A_SPI": settings.spi,
        "XS2A_TRUST_ANY_CHAIN": str(int(settings.trust.any_chain)),
        "XS2A_DATABASE_URL": "sqlite:///var/xs2a.db",
        "XS2A_HOST": settings.host,
        "XS2A_PORT": str(settings.xs2a_port),
        "CMS_PORT": str(settings.cms_port),
        "ONLINE_BANKING_PORT": str(settings.online_banking_port),
        "XS2A_THREADS": str(settings.threads),
        "XS2A_SERVE_WORKER": str(int(settings.serve_worker)),
        "XS2A_IDEMPOTENCY_RETENTION_DAYS": str(settings.idempotency_retention.days),
        "XS2A_EVENT_RETENTION_DAYS": str(settings.event_retention.days),
        "XS2A_LOG_FORMAT": settings.log_format.value,
        "XS2A_ACCESS_LOG": str(int(settings.access_log)),
        "XS2A_CMS_OPEN": str(int(settings.cms_open)),
        "XS2A_SANDBOX_DEFAULT_TPP": str(int(settings.sandbox_default_tpp)),
    }


def test_the_links_of_the_profile_lead_to_the_online_banking(house: House) -> None:
    profile = read_profile(ROOT / "aspsp-profile.yml").profile
    assert profile is not None
    template = profile.pis.pis_redirect_url_to_aspsp
    assert template == f"http://127.0.0.1:{house.settings.online_banking_port}/pis/{{redirect-id}}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/")])
def test_addresses_in_curls_exist(page: str, house: House) -> None:
    faces: dict[int | None, Flask] = {8080: xs2a_face(house), 38080: cms_face(house)}
    found = [call for block in code_blocks(page, "sh") for call in curls(block)]
    assert found
    for method, url in found:
        address = urlsplit(url)
        assert matches(faces[address.port].url_map, method, address.path), (method, url)


def curls(block: str) -> list[tuple[str, str]]:
    """Method and address of each curl; those of links that the reader has got are left out."""
    calls = []
    for command in re.split(r"(?:^|\| )(?=curl )", block.replace("\\\n", " "), flags=re.MULTILINE):
        words = [filled_in(word) for word in shlex.split(command, comments=True)]
        method = "POST" if {"-d", "-F", "--data-binary"} & set(words) else "GET"
        if "-X" in words:
            method = words[words.index("-X") + 1]
        if words[:1] == ["curl"]:
            calls += [(method, word) for word in words if word.startswith("http://")]
    return calls


def filled_in(word: str) -> str:
    for name, value in SET_BY_THE_READER.items():
        word = word.replace(name, value)
    return word


def matches(routes: Map, method: str, path: str) -> bool:
    return bool(routes.bind("").test(path, method))
