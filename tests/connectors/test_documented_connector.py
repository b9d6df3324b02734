"""The connector of docs/writing-a-connector.md does what the page says."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cms.domain.profile import ScaApproach
from spi.capabilities import missing_capabilities
from spi.registry import ENTRY_POINT_GROUP, ConnectorNotFound
from tests.answering import Answers, answering
from tests.documents_code import ROOT, code_blocks
from xs2a.settings import read_settings
from xs2a.wiring import build_house, xs2a_face

DOCUMENT = "docs/writing-a-connector.md"
PAYMENTS = "/v1/payments/sepa-credit-transfers"
PAYMENT = {
    "debtorAccount": {"iban": "DE80760700240271232400"},
    "instructedAmount": {"currency": "EUR", "amount": "12.50"},
    "creditorAccount": {"iban": "DE69760700240340283600"},
    "creditorName": "Marion Mueller",
}
HEADERS = {
    "X-Request-ID": "99391c7e-ad88-49ec-a2ad-99ddcb1f7721",
    "PSU-IP-Address": "192.0.2.7",
    "TPP-Redirect-URI": "https://tpp.example/ok",
}


@dataclass
class Core:
    """The bank's core system: an HTTP server that answers what the test says."""

    url: str = ""
    status: int = 200
    answer: bytes = b"{}"
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # by method, else above
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    def says(self, status: int, /, **answer: str) -> None:
        self.status, self.answer = status, json.dumps(answer).encode()


@pytest.fixture
def core() -> Iterator[Core]:
    told = Core()

    class Hears(Answers):
        def hear(self) -> None:
            told.asked.append((self.command, self.path, json.loads(self.body() or b"null")))
            self.answer(*told.answers.get(self.command, (told.status, told.answer)))

    with answering(Hears) as told.url:
        yield told


@pytest.fixture
def xs2a(
    core: Core, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FlaskClient]:
    """The server with the documented connector, installed as its package would be."""
    install(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    environment = {
        "XS2A_MODE": "sandbox",
        "XS2A_SANDBOX_DEFAULT_TPP": "1",
        "XS2A_SPI": "village",
        "XS2A_DATABASE_URL": sqlite_url,
        "ASPSP_PROFILE": str(ROOT / "aspsp-profile.yml"),
        "VILLAGE_CORE": core.url,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    house = build_house(read_settings())
    yield xs2a_face(house).test_client()
    house.close()


def install(folder: Path) -> None:
    """Write the page's module, and its entry point as an installer would."""
    (module,) = code_blocks(DOCUMENT, "python")
    project = tomllib.loads(code_blocks(DOCUMENT, "toml")[0])["project"]
    entry_points = project["entry-points"][ENTRY_POINT_GROUP]
    (target,) = entry_points.values()
    (folder / f"{target.partition(':')[0]}.py").write_text(module)
    about = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [f"{name} = {value}" for name, value in entry_points.items()]
    (about / "entry_points.txt").write_text("\n".join([f"[{ENTRY_POINT_GROUP}]", *lines, ""]))


def initiate(xs2a: FlaskClient) -> TestResponse:
    return xs2a.post(PAYMENTS, json=PAYMENT, headers=HEADERS)


def test_a_payment_goes_through_the_documented_connector(xs2a: FlaskClient, core: Core) -> None:
    core.says(200, status="RCVD", number="V-1")
    created = initiate(xs2a)
    assert created.json is not None
    assert (created.status_code, created.json["transactionStatus"]) == (201, "RCVD")
    path = f"/orders/{created.json['paymentId']}"
    order = {
        "from": "DE80760700240271232400",
        "to": "DE69760700240340283600",
        "name": "Marion Mueller",
        "amount": "12.50",
        "currency": "EUR",
    }
    assert core.asked == [("PUT", path, order)]

    core.says(200, status="ACSC")
    status = xs2a.get(f"{PAYMENTS}/{created.json['paymentId']}/status", headers=HEADERS)
    assert status.json == {"transactionStatus": "ACSC"}
    assert core.asked[1:] == [("GET", path, None)]
    authorisation = xs2a.get(created.json["_links"]["scaStatus"]["href"], headers=HEADERS)
    assert authorisation.json == {"scaStatus": "received"}


def test_the_documented_connector_has_the_server_remember_something(
    xs2a: FlaskClient, core: Core
) -> None:
    core.says(200, status="RCVD", number="V-1", branch="north")
    created = initiate(xs2a)
    assert created.json is not None
    payment_id = created.json["paymentId"]
    core.says(200, status="ACSC")
    xs2a.get(f"{PAYMENTS}/{payment_id}/status", headers=HEADERS)

    assert core.asked[1:] == [("GET", f"/orders/{payment_id}?branch=north", None)]


@pytest.mark.parametrize(
    "status, answer, told",
    [
        (422, {"reason": "Not today."}, (400, "PAYMENT_FAILED", "Not today.")),
        (500, {}, (503, "SERVICE_UNAVAILABLE", None)),
        (200, {"status": "NEW", "number": "V-1"}, (503, "SERVICE_UNAVAILABLE", None)),
        (200, {}, (503, "SERVICE_UNAVAILABLE", None)),
    ],
    ids=["refused", "failed", "a status nobody knows", "not what was asked for"],
)
def test_the_tpp_is_told_the_banks_no_and_its_silence(
    xs2a: FlaskClient,
    core: Core,
    status: int,
    answer: dict[str, str],
    told: tuple[int, str, str | None],
) -> None:
    core.says(status, **answer)
    refused = initiate(xs2a)
    assert refused.json is not None
    (message,) = refused.json["tppMessages"]
    assert (refused.status_code, message["code"]) == told[:2]
    if told[2] is not None:
        assert message["text"] == told[2]


def test_a_payment_is_cancelled_through_the_documented_connector(
    xs2a: FlaskClient, core: Core
) -> None:
    core.says(200, status="RCVD", number="V-1")
    created = initiate(xs2a)
    assert created.json is not None
    payment = f"{PAYMENTS}/{created.json['paymentId']}"
    core.answers["PUT"] = (500, b"{}")
    lost = xs2a.delete(payment, headers=HEADERS)
    assert (lost.status_code, core.asked[-1][0]) == (503, "PUT")

    core.answers["DELETE"] = (200, b'{"status": "CANC"}')
    status = xs2a.get(f"{payment}/status", headers=HEADERS)
    withdrawn = core.asked[2:4]
    assert [(method, path) for method, path, _ in withdrawn] == [
        ("PUT", withdrawn[0][1]),
        ("DELETE", withdrawn[0][1]),
    ]
    assert "/cancellations/" in withdrawn[0][1]
    core.says(200, status="CANC")
    status = xs2a.get(f"{payment}/status", headers=HEADERS)
    assert status.json == {"transactionStatus": "CANC"}


def test_it_can_do_what_a_redirect_profile_offers_and_no_more(xs2a: FlaskClient) -> None:
    house = build_house(read_settings())
    offered = house.profiles.for_tenant(None)
    redirect_only = replace(
        offered, common=replace(offered.common, sca_approaches_supported=(ScaApproach.REDIRECT,))
    )
    assert not missing_capabilities(house.parts.bank, redirect_only)
    assert [
        lack.partition(" needs")[0] for lack in missing_capabilities(house.parts.bank, offered)
    ] == ["common.scaApproachesSupported: EMBEDDED"] * 2
    house.close()


def test_the_documented_connector_is_found_by_its_name_only(
    xs2a: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XS2A_SPI", "town")
    with pytest.raises(ConnectorNotFound, match=r"'town'.*installed: sandbox, village"):
        build_house(read_settings())
