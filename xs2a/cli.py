"""The command line: `xs2a --help`."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xs2a.certificate_commands import certificate
from xs2a.operators import add_sandbox_operators, operator
from xs2a.revocation_commands import revocation
from xs2a.settings import Settings, SettingsInvalid, read_settings
from xs2a.signing import sign

if TYPE_CHECKING:
    from cms.service.seals import Seals


@click.group()
def main() -> None:
    """An ASPSP-side XS2A server."""


main.add_command(operator)
main.add_command(certificate)
main.add_command(revocation)
main.add_command(sign)


@main.command()
def migrate() -> None:
    """Bring the database to this version's tables, and set up the sandbox bank in sandbox mode."""
    import sqlalchemy as sa  # noqa: PLC0415  each command loads only what it needs

    from xs2a import database_setup  # noqa: PLC0415
    from xs2a.clock import ClockInvalid  # noqa: PLC0415

    settings = _settings()
    try:
        database_setup.migrate(settings)
        if settings.sandbox:
            add_sandbox_operators(settings)
        if settings.sandbox and settings.spi == "sandbox":
            database_setup.set_up_sandbox_bank(settings)
    except (ClockInvalid, database_setup.EncodingUnfit) as reason:
        raise click.ClickException(str(reason)) from reason
    except (sa.exc.OperationalError, sa.exc.ArgumentError) as error:
        # Its own words may hold the password of the database.
        text = f"The database does not answer: {type(error).__name__}"
        raise click.ClickException(text) from error


@main.command()
def serve() -> None:
    """Start XS2A, CMS and, in sandbox mode, the online banking. Ctrl-C stops them all."""
    settings = _settings()
    _count_together(settings)
    from xs2a import start  # noqa: PLC0415

    try:
        start.prepare(settings)
    except start.NotReady as reason:
        raise click.ClickException(str(reason)) from reason
    settings = _settings()  # with the tokens that were generated
    from xs2a.server import Supervisor  # noqa: PLC0415

    supervisor = Supervisor(settings)
    threading.Thread(target=start.announce, args=(settings,), daemon=True).start()
    sys.exit(supervisor.run())


@main.command()
@click.option("--once", is_flag=True, help="Run every job once, tell what it did, and end.")
def worker(*, once: bool) -> None:
    """Run the jobs, such as the expiry of payments, until Ctrl-C. `serve` starts a worker too."""
    # It counts for itself: the folder of counts is that of `serve`, which empties it.
    settings = _settings()
    from xs2a import start  # noqa: PLC0415

    try:
        start.prepare_worker(settings)
    except start.NotReady as reason:
        raise click.ClickException(str(reason)) from reason
    from xs2a.server import log_as  # noqa: PLC0415
    from xs2a.worker import run_once, run_worker  # noqa: PLC0415

    log_as("worker", settings)
    if not once:
        run_worker(settings)
        return
    failed = 0
    for job, run in run_once(settings):
        did = f"{run.done} done, {run.failed} failed" if run else "left to another worker"
        click.echo(f"{job.name:24}{did}" + (f" ({run.error})" if run and run.error else ""))
        failed += run.failed if run else 0
    sys.exit(1 if failed else 0)


@main.command()
def demo() -> None:
    """One instant payment and one SEPA credit transfer, from POST to settlement, over HTTP."""
    from xs2a.demo import DemoFailed, run_demo  # noqa: PLC0415

    try:
        run_demo(_settings())
    except DemoFailed as reason:
        raise click.ClickException(str(reason)) from reason


@main.group()
def profile() -> None:
    """The bank's profile."""


@profile.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def check(file: Path | None) -> None:
    """Check FILE (default: the one in force) and tell every finding with its YAML path."""
    from cms.profile_file import format_findings, read_profile  # noqa: PLC0415

    path = file or Path(os.environ.get("ASPSP_PROFILE", "aspsp-profile.yml"))
    try:
        read = read_profile(path)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    click.echo(format_findings(read.findings) or f"{path}: nothing to remark")
    sys.exit(0 if read.profile is not None else 1)


@main.group()
def keys() -> None:
    """The keys for what is sealed in the database."""


@keys.command()
def generate() -> None:
    """Print a new key, to be put before the others in XS2A_SERVER_KEYS."""
    from xs2a.server_keys import new_server_key  # noqa: PLC0415

    click.echo(new_server_key())


@keys.command("list")
def list_keys() -> None:
    """Tell the ids of the keys, newest first, and how many rows each has sealed."""
    with _seals() as seals:
        for use in seals.uses():
            missing = "" if use.in_ring else "  is not in XS2A_SERVER_KEYS"
            click.echo(f"{use.key_id}  {use.rows} rows{missing}")


@keys.command()
def rotate() -> None:
    """Seal everything with the newest key. The server may run; it must have that key already."""
    from cms.service.seals import KeysMissing, SealBroken  # noqa: PLC0415

    done = 0
    with _seals() as seals:
        try:
            for count in seals.renew():
                done += count
        except (KeysMissing, SealBroken) as reason:
            raise click.ClickException(f"{reason} ({done} rows were sealed anew)") from reason
        left = sum(use.rows for use in seals.uses()[1:])
    click.echo(f"{done} rows sealed anew, {left} left with other keys")


@contextmanager
def _seals() -> "Iterator[Seals]":
    import sqlalchemy as sa  # noqa: PLC0415

    from cms.domain.errors import StoreUnavailable  # noqa: PLC0415
    from xs2a.clock import ClockInvalid  # noqa: PLC0415
    from xs2a.database_setup import is_migrated  # noqa: PLC0415
    from xs2a.wiring import open_seals  # noqa: PLC0415

    settings = _settings()
    try:
        if not is_migrated(settings):
            text = "The database is not at this version's tables: run `xs2a migrate`."
            raise click.ClickException(text)
        with open_seals(settings) as seals:
            yield seals
    except ClockInvalid as reason:
        raise click.ClickException(str(reason)) from reason
    except (StoreUnavailable, sa.exc.SQLAlchemyError) as error:
        raise click.ClickException("The database does not answer.") from error


def _count_together(settings: Settings) -> None:
    """Let all processes of `serve` count in one folder. Comes before what counts is imported."""
    settings.metrics_folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.metrics_folder)


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsInvalid as reason:
        raise click.ClickException(str(reason)) from reason


if __name__ == "__main__":
    main()
