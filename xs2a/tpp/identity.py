"""Finds out which TPP sent a request. Only the bank's own proxies are believed (T1-T3)."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, Protocol

from cms import log_lines
from cms.domain.parties import Role, Tpp
from xs2a.tpp.caller import Caller
from xs2a.tpp.certificate import CertificateUnreadable, TppCertificate, read_certificate
from xs2a.tpp.certificate_chain import Chain, read_chain
from xs2a.tpp.judging import CertificateJudge
from xs2a.tpp.named import named_in_log
from xs2a.tpp.refusals import CertificateInvalid, CertificateMissing
from xs2a.tpp.roles import roles_named
from xs2a.tpp.usage import CertificateKind

CERTIFICATE_HEADERS: Final = ("tpp-qwac-certificate", "client-cert")  # the latter: RFC 9440
CHAIN_HEADER: Final = "client-cert-chain"  # its issuers (RFC 9440)
ROLES_HEADER: Final = "tpp-roles-allowed"


class Headers(Protocol):
    """The headers of a request, found by their lower-case names."""

    def get(self, name: str, /) -> str | None:
        """The value, or None."""


class TppIdentification:
    """Tells the TPP of a request.

    `trusted_proxies` are addresses or networks (`10.0.0.0/8`); one that is neither raises
    ValueError. `default_tpp` calls where no certificate is presented: for the sandbox only.
    `judge` tells whether a certificate counts.
    """

    def __init__(
        self,
        trusted_proxies: Iterable[str],
        default_tpp: Tpp | None,
        judge: CertificateJudge,
    ) -> None:
        self._trusted = tuple(ip_network(each) for each in trusted_proxies)
        self._trusts = lru_cache(maxsize=4096)(self._is_trusted)
        self._default_tpp = default_tpp
        self._judge = judge

    def identify(self, remote_addr: str, headers: Headers) -> Caller:
        """The caller. From anybody but a trusted proxy the four headers count as not sent.

        Raises CertificateMissing, CertificateInvalid, CertificateExpired or CertificateRevoked.
        """
        certificate, roles = None, None
        if self._trusts(remote_addr):
            certificate = _presented(headers)
            roles = _granted(headers)
        tpp = self._default_tpp
        if certificate is not None:
            with named_in_log(certificate):
                self._judge.judge(certificate, CertificateKind.QWAC, _issuers(headers))
            tpp = certificate.tpp
        if tpp is None:
            raise CertificateMissing
        return Caller(tpp, certificate, roles)

    def _is_trusted(self, remote_addr: str) -> bool:
        try:
            address = ip_address(remote_addr)
        except ValueError:
            return False  # a server on a socket file has no peer address
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._trusted)


def _presented(headers: Headers) -> TppCertificate | None:
    sent = [value for name in CERTIFICATE_HEADERS if (value := headers.get(name)) and value.strip()]
    if not sent:
        return None
    try:
        first, *others = [read_certificate(value) for value in sent]
    except CertificateUnreadable as error:
        log_lines.know(reason=str(error))
        raise CertificateInvalid(str(error)) from error
    # A proxy that sets the one header may let the other through, as the client wrote it.
    if any(other.thumbprint != first.thumbprint for other in others):
        raise CertificateInvalid("Two different TPP certificates were presented.")
    return first


def _granted(headers: Headers) -> frozenset[Role] | None:
    """What the proxy grants. Blank is as good as not sent, as with its other headers."""
    sent = headers.get(ROLES_HEADER)
    return roles_named(sent) if sent and sent.strip() else None


def _issuers(headers: Headers) -> Chain:
    sent = headers.get(CHAIN_HEADER)
    if not sent:
        return ()
    try:
        return read_chain(sent)
    except CertificateUnreadable as error:
        raise CertificateInvalid(str(error)) from error
