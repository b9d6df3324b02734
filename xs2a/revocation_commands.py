"""Sources of lists of revoked certificates at the command line: `xs2a revocation --help`."""

import click

from xs2a.settings import SettingsInvalid, read_settings


@click.group()
def revocation() -> None:
    """Where lists of revoked certificates come from."""


@revocation.command()
@click.argument("url")
def forget(url: str) -> None:
    """Fetch the list at URL no more: its issuer has given it up, and no TPP needs it.

    A source whose list counts is kept. One that is forgotten comes back with a certificate that
    names it.
    """
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  `--help` needs no database

    from cms.domain.errors import StoreUnavailable  # noqa: PLC0415
    from cms.service.revocation_sources import ListCounts  # noqa: PLC0415
    from xs2a.clock import ClockInvalid  # noqa: PLC0415
    from xs2a.database_setup import is_migrated  # noqa: PLC0415
    from xs2a.wiring import open_revocation_sources  # noqa: PLC0415

    try:
        settings = read_settings()
        if not is_migrated(settings):
            raise click.ClickException("The database is not ready: run `xs2a migrate`.")
        with open_revocation_sources(settings) as sources:
            forgotten = sources.forget(url)
    except (SettingsInvalid, ClockInvalid) as reason:
        raise click.ClickException(str(reason)) from reason
    except ListCounts as reason:
        raise click.ClickException(f"the list of {url} counts at present: it is kept") from reason
    except (StoreUnavailable, SQLAlchemyError) as error:
        raise click.ClickException("The database does not answer.") from error
    if not forgotten:
        raise click.ClickException(f"no list is fetched from {url}")
    click.echo(f"{url} is forgotten, and what its last list has revoked")
