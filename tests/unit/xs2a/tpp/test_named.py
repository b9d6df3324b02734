"""What is noted of a certificate that is refused, and that nothing is of one that is not."""

from collections.abc import Iterator

import pytest

from cms import log_lines
from cms.domain.errors import Refusal
from sandbox.certificates import SandboxQtsp
from tests.unit.xs2a.tpp.tpp_world import qwac
from xs2a.tpp.certificate import TppCertificate, read_certificate
from xs2a.tpp.named import named_in_log
from xs2a.tpp.refusals import CertificateExpired, SignatureInvalid


@pytest.fixture(autouse=True)
def request_at_hand() -> Iterator[None]:
    log_lines.begin(None)
    yield
    log_lines.end()


@pytest.fixture
def certificate(qtsp: SandboxQtsp) -> TppCertificate:
    return read_certificate(qwac(qtsp).header_value)


@pytest.mark.parametrize("refusal", [CertificateExpired(), SignatureInvalid("not the TPP's")])
def test_a_refused_certificate_is_named(certificate: TppCertificate, refusal: Refusal) -> None:
    with pytest.raises(type(refusal)), named_in_log(certificate):
        raise refusal
    assert log_lines.known_ids() == {
        "certificate": certificate.thumbprint,
        "issuer": "Sandbox QTSP",
        "reason": refusal.text,
    }


def test_one_that_counts_is_not(certificate: TppCertificate) -> None:
    with named_in_log(certificate):
        pass
    assert log_lines.known_ids() == {}
