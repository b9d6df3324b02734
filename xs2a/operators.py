"""The bank's operators at the command line: `xs2a operator --help`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from cms.domain.errors import Refusal
from cms.domain.operator import OperatorRole
from xs2a.settings import Settings, SettingsInvalid, read_settings

if TYPE_CHECKING:
    from cms.service.operators import Operators

# Those of the sandbox, whose password is everybody's there.
SANDBOX_OPERATORS: Final = {"operator": OperatorRole.OPERATE, "viewer": OperatorRole.READ}
SANDBOX_PASSWORD: Final = "12345"  # noqa: S105  known to all, and refused in production


@click.group()
def operator() -> None:
    """The people who may log in to the operators' console."""


@operator.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in OperatorRole]),
    required=True,
    help="read: sees everything. operate: also blocks TPPs, and sees the trail.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(name: str, role: str, password_stdin: bool) -> None:
    """Add the operator NAME; asks for the password."""
    password = _password(from_input=password_stdin)
    with _operators() as operators:
        added = operators.add(name, OperatorRole(role), password)
    click.echo(f"{added.name} may log in: {added.role}")


@operator.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove the operator NAME and end all sessions of this name."""
    with _operators() as operators:
        operators.remove(name)
    click.echo(f"{name} is removed")


@operator.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def password(name: str, password_stdin: bool) -> None:
    """Give the operator NAME another password; ends all sessions of this name, and a lock."""
    new = _password(from_input=password_stdin)
    with _operators() as operators:
        operators.set_password(name, new)
    click.echo(f"{name} has another password")


@operator.command("list")
def list_all() -> None:
    """List all operators with their roles."""
    with _operators() as operators:
        for each in operators.all():
            click.echo(f"{each.name:24} {each.role}")


def add_sandbox_operators(settings: Settings) -> None:
    """Make those of the sandbox that are not there; harmless when repeated."""
    from xs2a.wiring import open_operators  # noqa: PLC0415

    with open_operators(settings) as operators:
        there = {each.name for each in operators.all()}
        for name, role in SANDBOX_OPERATORS.items():
            if name not in there:
                operators.add(name, role, SANDBOX_PASSWORD)


def sandbox_operators_left(settings: Settings) -> list[str]:
    """Operators of the sandbox whose password is still everybody's."""
    from xs2a.wiring import open_operators  # noqa: PLC0415

    with open_operators(settings) as operators:
        names = SANDBOX_OPERATORS
        return [name for name in names if operators.has_password(name, SANDBOX_PASSWORD)]


@contextmanager
def _operators() -> Iterator["Operators"]:
    """The operators behind the settings; every refusal is told in its own words."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  `--help` needs no database

    from xs2a.database_setup import is_migrated  # noqa: PLC0415
    from xs2a.wiring import open_operators  # noqa: PLC0415

    settings = _settings()
    try:
        if not is_migrated(settings):
            raise click.ClickException("The database is not ready: run `xs2a migrate`.")
        with open_operators(settings) as operators:
            yield operators
    except Refusal as refusal:
        raise click.ClickException(refusal.text) from refusal
    except SQLAlchemyError as error:  # its own words may hold the password of the database
        text = f"The database does not answer: {type(error).__name__}"
        raise click.ClickException(text) from error


def _password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsInvalid as reason:
        raise click.ClickException(str(reason)) from reason
