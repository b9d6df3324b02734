"""Certificates to try the server with, at the command line: `xs2a certificate --help`."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cms.domain.parties import Role
from xs2a.settings import Mode, Settings, SettingsInvalid, read_settings
from xs2a.tpp.certificate import is_domain

if TYPE_CHECKING:
    from sandbox.certificates import KeyType, TppFacts

KINDS: Final = ("qwac", "qsealc")
MOST_DAYS: Final = 20_000  # from today, either way: certificates begin in 1950 (RFC 5280, 4.1.2.5)
LONGEST_NAME: Final = 64  # bytes of a common name (X.520)
LONGEST_NUMBER: Final = 256  # characters of an identifier
_NO_FILE_NAME: Final = re.compile("[^A-Za-z0-9-]+")
_NUMBER: Final = re.compile(r"PSD[A-Z]{2}-[A-Z]{2,8}-\S+")  # TS 119 495, 5.2.1


def _country(_context: click.Context, _option: click.Parameter, given: str) -> str:
    if not re.fullmatch("[A-Za-z]{2}", given):
        raise click.BadParameter(f"{given!r} is not a country's code of two letters, such as DE")
    return given.upper()


def _name(_context: click.Context, _option: click.Parameter, given: str) -> str:
    if not 1 <= len(given.strip().encode()) <= LONGEST_NAME:
        raise click.BadParameter(f"it has 1 to {LONGEST_NAME} bytes")
    return given.strip()


def _identifier(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    if given is None:
        return None
    if not given.strip() or not given.isprintable() or len(given) > LONGEST_NUMBER:
        raise click.BadParameter(f"it has 1 to {LONGEST_NUMBER} characters that print")
    return given.strip()


def _number(context: click.Context, option: click.Parameter, given: str) -> str:
    number = _identifier(context, option, given) or ""
    if not _NUMBER.fullmatch(number):
        text = f"warning: {number!r} is not as TS 119 495 has it, PSDxx-AUTHORITY-id"
        click.echo(text, err=True)
    return number


def _domains(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    for each in given:
        if not is_domain(each):
            text = (
                f"{each!r} is not a DNS name in ASCII, such as pay.example or xn--e1afmkfd.example"
            )
            raise click.BadParameter(text)
    return given


@click.group()
def certificate() -> None:
    """Certificates of the sandbox QTSP; worth nothing in production."""


@certificate.command()
@click.option("--roles", required=True, help="PISP, AISP, PIISP, ASPSP; comma-separated.")
@click.option(
    "--authorisation-number",
    default="PSDDE-FAKENCA-SANDBOX2",
    show_default=True,
    callback=_number,
)
@click.option("--name", default="Another TPP", show_default=True, callback=_name)
@click.option(
    "--authority-id",
    callback=_identifier,
    help="By default that of the authorisation number: DE-FAKENCA.",
)
@click.option(
    "--authority-name", default="Authority of the Sandbox", show_default=True, callback=_identifier
)
@click.option("--country", default="DE", show_default=True, callback=_country)
@click.option(
    "--domain", "domains", multiple=True, callback=_domains, help="A DNS name; may be repeated."
)
@click.option("--valid-days", default=90, show_default=True, type=click.IntRange(1, 3650))
@click.option(
    "--from-day",
    default=0,
    type=click.IntRange(-MOST_DAYS, MOST_DAYS),
    help="Days from today, when it begins; -100 has expired.",
)
@click.option("--key-type", type=click.Choice(["ec", "rsa"]), default="ec", show_default=True)
@click.option("--kind", type=click.Choice([*KINDS, "both"]), default="both", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Folder; var/sandbox/tpps by default.")
@click.option("--force", is_flag=True, help="Write over the files of an earlier one.")
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
    force: bool,
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
    kinds = KINDS if kind == "both" else (kind,)
    files = _files(out or settings.sandbox_folder / "tpps", facts, kinds, replace=force)
    with _told_in_a_line():
        _issue(
            settings,
            facts,
            files,
            key_type=KeyType(key_type),
            from_day=timedelta(days=from_day),
            valid_for=timedelta(days=valid_days),
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
        with _told_in_a_line():
            now = clock_from(settings.clock)()
            serial = revoke_there(settings.sandbox_folder, file.read_bytes(), now)
    except NotIssuedHere as reason:
        text = f"{file} {reason}; the QTSP is that in {settings.sandbox_folder}"
        if file.suffix in {".key", ".header"} and file.with_suffix(".pem").exists():
            text = f"{file} is no certificate in PEM: say {file.with_suffix('.pem')}"
        raise click.ClickException(text) from reason
    click.echo(f"{serial:x} is revoked; the list is at {_list_address(settings)}")


def _files(
    folder: Path, facts: "TppFacts", kinds: tuple[str, ...], *, replace: bool
) -> dict[str, Path]:
    """What is to be written of each kind: the path without a suffix. Raises what the command line
    tells where something is there already: its key would be lost.
    """
    name = _NO_FILE_NAME.sub("_", facts.authorisation_number)
    files = {kind: folder / f"{name}-{kind}" for kind in kinds}
    for path in files.values():
        if not replace and path.with_suffix(".pem").exists():
            text = f"{path}.pem is there already: --force replaces it, --out names another folder"
            raise click.ClickException(text)
    return files


def _issue(
    settings: Settings,
    facts: "TppFacts",
    files: dict[str, Path],
    *,
    key_type: "KeyType",
    from_day: timedelta,
    valid_for: timedelta,
) -> None:
    from sandbox.certificates import CLOCK_SKEW, SandboxQtsp  # noqa: PLC0415
    from sandbox.tpp_certificate import write_certificate  # noqa: PLC0415
    from xs2a.clock import clock_from  # noqa: PLC0415

    now = clock_from(settings.clock)()
    begins = now + from_day
    qtsp = SandboxQtsp.open(settings.sandbox_folder, now, _list_address(settings))
    issues = {"qwac": qtsp.issue_qwac, "qsealc": qtsp.issue_qsealc}
    valid = {"not_before": begins - CLOCK_SKEW, "not_after": begins + valid_for}
    for kind, path in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_certificate(path, issues[kind](facts, key_type=key_type, **valid))


def _list_address(settings: Settings) -> str | None:
    """Where the list of the revoked is: as at the last start, whatever port this terminal names."""
    from sandbox.tpp_certificate import list_address  # noqa: PLC0415

    return list_address(settings.sandbox_folder) or settings.sandbox_crl_url


@contextmanager
def _told_in_a_line() -> Iterator[None]:
    """What the files or the facts do not allow, as the command line tells it."""
    from xs2a.clock import ClockInvalid  # noqa: PLC0415

    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    except (ClockInvalid, ValueError, OverflowError) as error:
        raise click.ClickException(str(error)) from error


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
    """What was written, and what to do with it."""
    for kind, path in files.items():
        yield f"{kind}: {path}.pem, {path.name}.key, {path.name}.header"
    if "qwac" in files:
        qwac = files["qwac"]
        yield "For curl, against the server itself:"
        yield f'  -H "TPP-QWAC-Certificate: $(cat {qwac}.header)"'
        yield "For curl, against a proxy that asks for a client certificate:"
        yield f"  --cert {qwac}.pem --key {qwac}.key"
    if "qsealc" in files:
        seal = files["qsealc"]
        yield "To sign requests, with their headers by -H and their body as a file:"
        yield f"  xs2a sign --certificate {seal}.pem --key {seal}.key"


def _sandbox_settings() -> Settings:
    """Raises what the command line tells; first of all the mode, which is easily forgotten."""
    if os.environ.get("XS2A_MODE", Mode.PRODUCTION) == Mode.PRODUCTION:
        raise click.ClickException("The QTSP is the sandbox's: say XS2A_MODE=sandbox first.")
    try:
        return read_settings()
    except SettingsInvalid as reason:
        raise click.ClickException(str(reason)) from reason
