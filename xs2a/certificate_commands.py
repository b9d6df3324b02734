"""Certificates to try the server with, at the command line: `xs2a certificate --help`."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cms.domain.parties import Role
from xs2a.settings import Settings, SettingsInvalid, read_settings

if TYPE_CHECKING:
    from sandbox.certificates import KeyType, TppFacts

KINDS: Final = ("qwac", "qsealc")
_HEADERS: Final = {"qwac": "TPP-QWAC-Certificate", "qsealc": "TPP-Signature-Certificate"}
_NO_FILE_NAME: Final = re.compile("[^A-Za-z0-9-]+")


@click.group()
def certificate() -> None:
    """Certificates of the sandbox QTSP; worth nothing in production."""


@certificate.command()
@click.option("--roles", required=True, help="PISP, AISP, PIISP, ASPSP; comma-separated.")
@click.option("--authorisation-number", default="PSDDE-FAKENCA-SANDBOX2", show_default=True)
@click.option("--name", default="Another TPP", show_default=True)
@click.option("--authority-id", help="By default that of the authorisation number: DE-FAKENCA.")
@click.option("--authority-name", default="Authority of the Sandbox", show_default=True)
@click.option("--country", default="DE", show_default=True)
@click.option("--domain", "domains", multiple=True, help="A DNS name; may be repeated.")
@click.option("--valid-days", default=90, show_default=True, type=click.IntRange(1, 3650))
@click.option("--from-day", default=0, help="Days from today, when it begins; -100 has expired.")
@click.option("--key-type", type=click.Choice(["ec", "rsa"]), default="ec", show_default=True)
@click.option("--kind", type=click.Choice([*KINDS, "both"]), default="both", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Folder; var/sandbox/tpps by default.")
def issue(
    *,
    roles: str,
    authorisation_number: str,
    name: str,
    authority_id: str | None,
    authority_name: str,
    country: str,
    domains: tuple[str, ...],
    valid_days: int,
    from_day: int,
    key_type: str,
    kind: str,
    out: Path | None,
) -> None:
    """Issue a QWAC to call with, a QSealC to sign with, or both, as files."""
    from sandbox.certificates import KeyType, TppFacts  # noqa: PLC0415  `--help` needs none

    settings = _sandbox_settings()
    facts = TppFacts(
        authorisation_number=authorisation_number,
        name=name,
        authority_id=authority_id or _authority_of(authorisation_number),
        authority_name=authority_name,
        country=country,
        roles=_roles(roles),
        domains=domains,
    )
    files = _issued(
        settings,
        facts,
        KINDS if kind == "both" else (kind,),
        key_type=KeyType(key_type),
        from_day=timedelta(days=from_day),
        valid_for=timedelta(days=valid_days),
        folder=out or settings.sandbox_folder / "tpps",
    )
    click.echo("\n".join(_told(files)))


@certificate.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def revoke(file: Path) -> None:
    """Revoke the certificate in FILE (PEM). A running server knows within half a minute."""
    from sandbox.revoking import NotIssuedHere  # noqa: PLC0415
    from sandbox.revoking import revoke as revoke_there  # noqa: PLC0415
    from xs2a.clock import clock_from  # noqa: PLC0415

    settings = _sandbox_settings()
    try:
        now = clock_from(settings.clock)()
        serial = revoke_there(settings.sandbox_folder, file.read_bytes(), now)
    except NotIssuedHere as error:
        text = f"{file} is not a certificate of the QTSP in {settings.sandbox_folder}"
        raise click.ClickException(text) from error
    click.echo(f"{serial:x} is revoked; the list is at {settings.sandbox_crl_url}")


def _issued(
    settings: Settings,
    facts: "TppFacts",
    kinds: tuple[str, ...],
    *,
    key_type: "KeyType",
    from_day: timedelta,
    valid_for: timedelta,
    folder: Path,
) -> dict[str, Path]:
    """What was written of each kind: the path without a suffix."""
    from sandbox.certificates import CLOCK_SKEW, SandboxQtsp  # noqa: PLC0415
    from sandbox.tpp_certificate import write_certificate  # noqa: PLC0415
    from xs2a.clock import clock_from  # noqa: PLC0415

    now = clock_from(settings.clock)()
    begins = now + from_day
    qtsp = SandboxQtsp.open(settings.sandbox_folder, now, settings.sandbox_crl_url)
    issues = {"qwac": qtsp.issue_qwac, "qsealc": qtsp.issue_qsealc}
    folder.mkdir(parents=True, exist_ok=True)
    name = _NO_FILE_NAME.sub("_", facts.authorisation_number)
    files = {kind: folder / f"{name}-{kind}" for kind in kinds}
    valid = {"not_before": begins - CLOCK_SKEW, "not_after": begins + valid_for}
    for kind, path in files.items():
        write_certificate(path, issues[kind](facts, key_type=key_type, **valid))
    return files


def _roles(listed: str) -> tuple[str, ...]:
    """The roles as certificates have them. Raises what the command line tells."""
    known = {role.service: role.value for role in Role} | {role.value: role.value for role in Role}
    named = [word.strip().upper() for word in listed.split(",") if word.strip()]
    unknown = [word for word in named if word not in known]
    if unknown or not named:
        told = ", ".join(role.service for role in Role)
        raise click.ClickException(f"--roles: {', '.join(unknown) or 'none'}; there are {told}")
    return tuple(known[word] for word in named)


def _authority_of(authorisation_number: str) -> str:
    """`DE-BAFIN` of `PSDDE-BAFIN-123456` (TS 119 495, 5.2.1)."""
    country, _, rest = authorisation_number.removeprefix("PSD").partition("-")
    authority = rest.partition("-")[0]
    return f"{country}-{authority}" if authority else authorisation_number


def _told(files: dict[str, Path]) -> Iterator[str]:
    """What was written, and what to hand to curl."""
    for kind, path in files.items():
        yield f"{kind}: {path}.pem, {path.name}.key, {path.name}.header"
    yield "For curl, against the server itself:"
    for kind, path in files.items():
        yield f'  -H "{_HEADERS[kind]}: $(cat {path}.header)"'
    if "qwac" in files:
        yield "For curl, against a proxy that asks for a client certificate:"
        yield f"  --cert {files['qwac']}.pem --key {files['qwac']}.key"


def _sandbox_settings() -> Settings:
    try:
        settings = read_settings()
    except SettingsInvalid as reason:
        raise click.ClickException(str(reason)) from reason
    if not settings.sandbox:
        raise click.ClickException("The QTSP is the sandbox's: say XS2A_MODE=sandbox first.")
    return settings
