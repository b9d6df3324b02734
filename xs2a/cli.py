"""The command line: `xs2a --help`."""

import os
import sys
import threading
from pathlib import Path

import click

from xs2a.settings import Settings, SettingsInvalid, read_settings


@click.group()
def main() -> None:
    """An ASPSP-side XS2A server."""


@main.command()
def migrate() -> None:
    """Bring the database to this version's tables, and set up the sandbox bank in sandbox mode."""
    import sqlalchemy as sa  # noqa: PLC0415  each command loads only what it needs

    from xs2a import database_setup  # noqa: PLC0415
    from xs2a.clock import ClockInvalid  # noqa: PLC0415

    settings = _settings()
    try:
        database_setup.migrate(settings)
        if settings.sandbox and settings.spi == "sandbox":
            database_setup.set_up_sandbox_bank(settings)
    except ClockInvalid as reason:
        raise click.ClickException(str(reason)) from reason
    except (sa.exc.OperationalError, sa.exc.ArgumentError) as error:
        # Its own words may hold the password of the database.
        text = f"The database does not answer: {type(error).__name__}"
        raise click.ClickException(text) from error


@main.command()
def serve() -> None:
    """Start XS2A, CMS and, in sandbox mode, the online banking. Ctrl-C stops them all."""
    from xs2a import start  # noqa: PLC0415

    settings = _settings()
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
    from xs2a import start  # noqa: PLC0415

    settings = _settings()
    try:
        start.prepare_worker(settings)
    except start.NotReady as reason:
        raise click.ClickException(str(reason)) from reason
    from xs2a.server import log_as  # noqa: PLC0415
    from xs2a.worker import run_once, run_worker  # noqa: PLC0415

    log_as("worker")
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


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsInvalid as reason:
        raise click.ClickException(str(reason)) from reason


if __name__ == "__main__":
    main()
