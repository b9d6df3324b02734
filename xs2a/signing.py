"""`xs2a sign`: the headers of a signed request, for a TPP's developer who tries things out."""

import uuid
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
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
from xs2a.spec.signatures import ALWAYS_SIGNED, SIGNED_WHEN_SENT
from xs2a.tpp.signature.digest import sha_256_digest
from xs2a.tpp.signature.key_id import key_id_of
from xs2a.tpp.signature.signing_string import WIRE, SignedRequest, signing_string

SANDBOX_SEAL: Final = Path("var/sandbox/tpp-qsealc.pem")
SANDBOX_KEY: Final = Path("var/sandbox/tpp-qsealc.key")

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_File = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("body", type=click.File("rb"), required=False)
@click.option("-H", "--header", "lines", multiple=True, help="A header of the request.")
@click.option("--certificate", type=_File, default=SANDBOX_SEAL, show_default=True, help="PEM.")
@click.option("--key", type=_File, default=SANDBOX_KEY, show_default=True, help="PEM, in clear.")
@click.option("--date", help="An HTTP date; the time now if it is left out.")
@click.option("--show", is_flag=True, help="Print the string that is signed, and nothing else.")
def sign(  # noqa: PLR0917  the framework calls by keyword
    body: BinaryIO | None,
    lines: tuple[str, ...],
    certificate: Path,
    key: Path,
    date: str | None,
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
    headers.append(("Digest", sha_256_digest(content)))
    headers.append(("Date", date or _written(real_clock())))
    covered = _covered(name.lower() for name, _ in headers)
    signed = signing_string(SignedRequest("", "", _on_the_wire(headers), content), covered)
    if show:
        click.echo(signed.decode())
        return
    seal, private_key = _read_certificate(certificate), _read_key(key)
    headers += _signature(seal, private_key, covered, signed)
    click.echo("\n".join(f"{name}: {value}" for name, value in headers))


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip() or not line.isprintable():
        raise click.BadParameter(f"{line!r} is no header such as 'PSU-ID: anton.brueckner'")
    return name.strip(), value.strip()


def _on_the_wire(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By name in lower case, each byte that is sent as one character."""
    return {name.lower(): value.encode().decode(WIRE) for name, value in headers}


def _covered(names: Iterable[str]) -> tuple[str, ...]:
    """What is signed of the headers that are there: all that must be, and the date."""
    there = set(names)
    return tuple(each for each in (*ALWAYS_SIGNED, *SIGNED_WHEN_SENT, "date") if each in there)


def _written(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _signature(
    certificate: x509.Certificate, key: SigningKey, covered: tuple[str, ...], signed: bytes
) -> Iterable[tuple[str, str]]:
    if isinstance(key, rsa.RSAPrivateKey):
        algorithm, signature = "rsa-sha256", key.sign(signed, padding.PKCS1v15(), SHA256())
    else:
        algorithm, signature = "ecdsa-sha256", key.sign(signed, ec.ECDSA(SHA256()))
    parameters = {
        "keyId": key_id_of(certificate.serial_number, certificate.issuer),
        "algorithm": algorithm,
        "headers": " ".join(covered),
        "signature": b64encode(signature).decode(),
    }
    der = certificate.public_bytes(Encoding.DER)
    yield "TPP-Signature-Certificate", b64encode(der).decode()
    yield "Signature", ",".join(f'{name}="{value}"' for name, value in parameters.items())


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise click.ClickException(f"{path} is no certificate in PEM") from error


def _read_key(path: Path) -> SigningKey:
    """An RSA key, or one on an elliptic curve."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise click.ClickException(f"{path} is no private key in PEM, in clear") from error
    if not isinstance(key, SigningKey):
        raise click.ClickException(f"{path} is neither an RSA key nor one on an elliptic curve")
    return key
