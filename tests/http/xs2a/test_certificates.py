"""Which certificates open the door, as a TPP sees it."""

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cms.domain.revocation import RevocationList, RevocationPolicy
from sandbox.certificates import SandboxQtsp
from tests.houses import NOW, TPP, World, certificate
from tests.http.conftest import OpenHouse
from tests.tpps import Headers, TppClient, refusal, told
from tests.unit.xs2a.tpp.pki import (
    ISSUING_URL,
    Authority,
    published_at,
    root,
    the_issuing,
    the_root,
    tpp_certificate,
)
from xs2a.settings import Mode
from xs2a.tpp.refusals import CertificateInvalid
from xs2a.tpp.usage import CertificateKind
from xs2a.wiring import certificate_judge

QWAC, CHAIN = "TPP-QWAC-Certificate", "Client-Cert-Chain"
DAY = timedelta(days=1)
LISTED = ((published_at(ISSUING_URL), False),)


def header_of(made: x509.Certificate) -> str:
    return f":{base64.b64encode(made.public_bytes(Encoding.DER)).decode()}:"


def shown(by: Authority, *sent: Authority) -> Headers:
    """The headers of a TPP with a certificate by this issuer, and what else came along."""
    chain = ", ".join(header_of(each.certificate) for each in sent)
    made = tpp_certificate(by, LISTED, until=NOW + DAY)
    return {QWAC: header_of(made.parsed), CHAIN: chain or None}


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    """A folder with the root."""
    folder = tmp_path / "anchors"
    folder.mkdir()
    (folder / "root.pem").write_bytes(the_root().certificate.public_bytes(Encoding.PEM))
    (folder / "README").write_text("no certificate")
    return folder


def tpp_of(world: World) -> TppClient:
    return TppClient(world, "")


def test_a_certificate_by_an_issuer_that_came_along(open_house: OpenHouse, anchors: Path) -> None:
    tpp = tpp_of(open_house(trust_anchors=anchors))
    issuing = the_issuing()
    assert tpp.post(headers=shown(the_root())).status_int == 201
    assert tpp.post(headers=shown(issuing, issuing)).status_int == 201
    for headers in (shown(issuing), shown(root("Stranger"), root("Stranger"))):
        answer = tpp.post(headers=headers)
        assert refusal(answer) == (401, [("CERTIFICATE_INVALID", None)])
        assert "not issued by a QTSP that the bank trusts" in answer.text
    garbage = {**shown(issuing), CHAIN: "garbage"}
    assert refusal(tpp.post(headers=garbage)) == (401, [("CERTIFICATE_INVALID", None)])
    assert tpp.world.rows()["payments"] == 2


def test_in_the_sandbox_any_issuer_may_do(open_house: OpenHouse) -> None:
    tpp = tpp_of(open_house(any_chain=True))
    assert tpp.post(headers=shown(root("Stranger"))).status_int == 201


def test_in_production_a_certificate_has_to_be_qualified(
    open_house: OpenHouse, anchors: Path
) -> None:
    world = open_house(trust_anchors=anchors)
    unqualified = tpp_certificate(the_root(), LISTED, until=NOW + DAY, qualified=False)
    answer = tpp_of(world).post(headers={QWAC: header_of(unqualified.parsed)})
    assert answer.status_int == 201

    real = replace(world.house, settings=replace(world.house.settings, mode=Mode.PRODUCTION))
    judging = certificate_judge(real)
    judging.judge(tpp_certificate(the_root(), until=NOW + DAY), CertificateKind.QWAC)
    with pytest.raises(CertificateInvalid, match="is no qualified certificate"):
        judging.judge(unqualified, CertificateKind.QWAC)


def test_a_seal_certificate_does_not_open_the_door(tpp: TppClient, qtsp: SandboxQtsp) -> None:
    seal = qtsp.issue_qsealc(TPP, not_before=NOW - DAY, not_after=NOW + DAY)
    answer = tpp.post(headers={QWAC: seal.header_value})
    assert refusal(answer) == (401, [("CERTIFICATE_INVALID", None)])
    assert answer.json["tppMessages"][0]["text"] == (
        "The TPP certificate is no website certificate (QWAC)."
    )


def revoke(world: World, *serials: int) -> None:
    """The issuer's list comes in, with these certificates."""
    (source,) = world.house.revocations.sources()
    fetched = RevocationList(NOW, NOW + DAY, frozenset(serials))
    world.house.revocations.keep(source, fetched)


def test_a_revoked_certificate_opens_no_door(open_house: OpenHouse, anchors: Path) -> None:
    tpp = tpp_of(open_house(trust_anchors=anchors))
    made = tpp_certificate(the_root(), LISTED, until=NOW + DAY)
    headers = {QWAC: header_of(made.parsed)}
    assert tpp.post(headers=headers).status_int == 201
    revoke(tpp.world, made.serial)
    answer = tpp.post(headers=headers)
    assert answer.status_int == 401
    assert told(answer) == [("CERTIFICATE_REVOKE", None)]  # as the OpenAPI has it
    revoke(tpp.world, made.serial + 1)
    assert tpp.post(headers=headers).status_int == 201


def test_without_a_fresh_list_a_strict_bank_lets_nobody_in(
    open_house: OpenHouse, anchors: Path
) -> None:
    tpp = tpp_of(open_house(trust_anchors=anchors, revocation=RevocationPolicy.HARD))
    headers = shown(the_root())
    answer = tpp.post(headers=headers)
    assert refusal(answer) == (401, [("CERTIFICATE_INVALID", None)])
    assert "try again later" in answer.text
    revoke(tpp.world)
    assert tpp.post(headers=headers).status_int == 201
    tpp.world.clock.advance(DAY)
    assert refusal(tpp.post(headers=headers)) == (401, [("CERTIFICATE_INVALID", None)])


@pytest.mark.parametrize("name", [QWAC, CHAIN])
def test_headers_of_a_stranger_count_as_not_sent(
    open_house: OpenHouse, qtsp: SandboxQtsp, name: str
) -> None:
    tpp = TppClient(open_house(trusted_proxies=("192.0.2.1",)), certificate(qtsp))
    answer = tpp.post(headers={name: "garbage"})
    assert refusal(answer) == (401, [("CERTIFICATE_MISSING", None)])
