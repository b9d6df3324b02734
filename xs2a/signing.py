"""`xs2a sign`: the headers of a signed request, for a TPP's developer who tries things out."""

import re
import uuid
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import BinaryIO, Final

import click
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from xs2a.checks.dates import http_date
from xs2a.clock import real_clock
from xs2a.spec.signatures import ALWAYS_SIGNED, REQUEST_TARGET, SIGNED_WHEN_SENT
from xs2a.tpp.signature.digest import sha_256_digest
from xs2a.tpp.signature.key_id import key_id_of
from xs2a.tpp.signature.signing_string import WIRE, SignedRequest, signing_string

SANDBOX_SEAL: Final = Path("var/sandbox/tpp-qsealc.pem")
SANDBOX_KEY: Final = Path("var/sandbox/tpp-qsealc.key")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # of a header (RFC 9110, 5.6.2)
_TARGET: Final = re.compile(r"([A-Za-z]+) (/[\x21-\x7e]*)")  # method, and path with query

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Target = tuple[str, str]
_File = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a TPP signs with: a certificate, and the key that fits it."""

    certificate: x509.Certificate
    key: SigningKey = field(repr=False)


@click.command()
@click.argument("body", type=click.File("rb"), required=False)
@click.option("-H", "--header", "lines", multiple=True, help="A header of the request.")
@click.option("--certificate", type=_File, help=f"PEM, with its --key. [default: {SANDBOX_SEAL}]")
@click.option("--key", type=_File, help=f"PEM, in clear. [default: {SANDBOX_KEY}]")
@click.option("--date", help="An HTTP date; the time now if it is left out.")
@click.option("--request-target", "target", help="Sign this too, such as 'post /v1/payments/x'.")
@click.option("--show", is_flag=True, help="Print the string that is signed, and nothing else.")
def sign(  # noqa: PLR0917  the framework calls by keyword
    body: BinaryIO | None,
    lines: tuple[str, ...],
    certificate: Path | None,
    key: Path | None,
    date: str | None,
    target: str | None,
    show: bool,
) -> None:
    """Print the headers of a request with this BODY, signed: those given by -H, with X-Request-ID
    if it is not among them, and those that sign it. `-` reads the body from standard input;
    without BODY it is empty. curl takes what is printed by `-H @-`.
    """
    headers = [_header(line) for line in lines]
    if not any(name.lower() == "x-request-id" for name, _ in headers):
        headers.append(("X-Request-ID", str(uuid.uuid4())))
    if date is not None and http_date(date) is None:
        raise click.BadParameter(f"{date!r} is no date such as {_written(real_clock())!r}")
    content = body.read() if body is not None else b""
    dated = _with_digest(headers, content, date or _written(real_clock()))
    to_sign = _string_to_sign(dated, _target(target))
    if show:
        click.echo(to_sign.signed.decode())
        return
    sealed = [*dated, *_signature(_seal(certificate, key), to_sign)]
    click.echo("\n".join(f"{name}: {value}" for name, value in sealed))


def signed_headers(
    headers: Iterable[tuple[str, str]], body: bytes, seal: Seal, now: datetime
) -> list[tuple[str, str]]:
    """The headers of a request, with those that sign it; `X-Request-ID` is among them already."""
    dated = _with_digest(headers, body, _written(now))
    return [*dated, *_signature(seal, _string_to_sign(dated, None))]


def read_seal(certificate: Path = SANDBOX_SEAL, key: Path = SANDBOX_KEY) -> Seal:
    """The seal in these files. Raises what the command line tells: also for a key that does not
    fit the certificate.
    """
    seal = Seal(_read_certificate(certificate), _read_key(key))
    if seal.certificate.public_key() != seal.key.public_key():
        raise click.ClickException(f"{key} is not the key of {certificate}")
    return seal


def _seal(certificate: Path | None, key: Path | None) -> Seal:
    if certificate is None and key is None:
        return read_seal()
    if certificate is None or key is None:
        raise click.ClickException("--certificate and --key go together: say both, or none")
    return read_seal(certificate, key)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if name.strip().lower() == REQUEST_TARGET:
        raise click.BadParameter(f"{REQUEST_TARGET} is no header: say --request-target")
    if not colon or not _NAME.fullmatch(name.strip()) or not line.isprintable():
        raise click.BadParameter(f"{line!r} is no header such as 'PSU-ID: anton.brueckner'")
    return name.strip(), value.strip()


def _target(text: str | None) -> Target | None:
    """Method and address that are to be signed."""
    if text is None:
        return None
    found = _TARGET.fullmatch(text)
    if found is None:
        example = "post /v1/payments/sepa-credit-transfers"
        raise click.BadParameter(f"{text!r} is no request target such as {example!r}")
    return found[1], found[2]


def _with_digest(
    headers: Iterable[tuple[str, str]], body: bytes, date: str
) -> list[tuple[str, str]]:
    return [*headers, ("Digest", sha_256_digest(body)), ("Date", date)]


@dataclass(frozen=True, slots=True)
class _ToSign:
    """The string to sign, and what it covers, by name."""

    covered: tuple[str, ...]
    signed: bytes


def _string_to_sign(headers: Iterable[tuple[str, str]], target: Target | None) -> _ToSign:
    """All that must be signed of what is there, the date, and the target if there is one."""
    # By name in lower case, each byte that is sent as one character.
    sent = {name.lower(): value.encode().decode(WIRE) for name, value in headers}
    names = (*ALWAYS_SIGNED, *SIGNED_WHEN_SENT, "date")
    covered = tuple(each for each in names if each in sent)
    method, path = target or ("", "")
    if target is not None:
        covered = (REQUEST_TARGET, *covered)
    return _ToSign(covered, signing_string(SignedRequest(method, path, sent, b""), covered))


def _written(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _signature(seal: Seal, to_sign: _ToSign) -> Iterable[tuple[str, str]]:
    certificate, key, signed = seal.certificate, seal.key, to_sign.signed
    if isinstance(key, rsa.RSAPrivateKey):
        algorithm, signature = "rsa-sha256", key.sign(signed, padding.PKCS1v15(), SHA256())
    else:
        algorithm, signature = "ecdsa-sha256", key.sign(signed, ec.ECDSA(SHA256()))
    parameters = {
        "keyId": key_id_of(certificate.serial_number, certificate.issuer),
        "algorithm": algorithm,
        "headers": " ".join(to_sign.covered),
        "signature": b64encode(signature).decode(),
    }
    der = certificate.public_bytes(Encoding.DER)
    yield "TPP-Signature-Certificate", b64encode(der).decode()
    yield "Signature", ",".join(f'{name}="{value}"' for name, value in parameters.items())


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_content(path))
    except ValueError as error:
        raise click.ClickException(f"{path} is no certificate in PEM") from error


def _read_key(path: Path) -> SigningKey:
    """An RSA key, or one on an elliptic curve."""
    try:
        key = load_pem_private_key(_content(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise click.ClickException(f"{path} is no private key in PEM, in clear") from error
    if not isinstance(key, SigningKey):
        raise click.ClickException(f"{path} is neither an RSA key nor one on an elliptic curve")
    return key


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        text = f"{path}: {error.strerror}; `make run` makes the sandbox's seal in its own folder"
        raise click.ClickException(text) from error
