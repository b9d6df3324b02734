"""A certificate that is refused is named in the log, for the bank's people who are asked why."""

from collections.abc import Iterator
from contextlib import contextmanager

from cms import log_lines
from cms.domain.errors import Refusal
from xs2a.tpp.certificate import TppCertificate


@contextmanager
def named_in_log(certificate: TppCertificate) -> Iterator[None]:
    """Whatever refuses the certificate inside is noted for the request's lines, with its
    fingerprint and issuer.
    """
    try:
        yield
    except Refusal as refusal:
        log_lines.know(
            certificate=certificate.thumbprint, issuer=certificate.issuer_cn, reason=refusal.text
        )
        raise
