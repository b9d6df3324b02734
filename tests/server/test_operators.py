"""Operators at the command line, as a bank makes them."""

import subprocess

import pytest

from tests.server.test_starting import PRODUCTION, trust_a_qtsp
from tests.serving import XS2A, Installation, eventually

pytestmark = pytest.mark.slow

LONG = "a long enough password"


def operator(
    installation: Installation, *words: str, password: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """`xs2a operator ...` with a password on its standard input."""
    return subprocess.run(
        [*XS2A, "operator", *words],
        check=False,
        cwd=installation.folder,
        env={**installation.environment, **environment},
        input=password + "\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


def test_a_sandbox_has_two_operators_from_the_start(migrated: Installation) -> None:
    listed = operator(migrated, "list").stdout
    assert [line.split() for line in listed.splitlines()] == [
        ["operator", "operate"],
        ["viewer", "read"],
    ]
    assert migrated.run("migrate").returncode == 0  # once more: they stay as they are
    assert operator(migrated, "list").stdout == listed


def test_an_operator_is_added_and_removed(migrated: Installation) -> None:
    words = ("add", "Anna.B", "--role", "read", "--password-stdin")
    assert operator(migrated, *words, password=LONG).stdout == "anna.b may log in: read\n"
    assert "already" in operator(migrated, *words, password=LONG).stdout
    changed = operator(migrated, "password", "anna.b", "--password-stdin", password="other")
    assert changed.returncode == 0
    assert operator(migrated, "remove", "anna.b").returncode == 0
    assert "no operator" in operator(migrated, "remove", "anna.b").stdout


@pytest.mark.parametrize(
    "name, password, said",
    [
        ("anna", "12345678901", "12 to 200 characters"),
        ("anna", "x" * 201, "12 to 200 characters"),
        ("anna b", LONG, "A name has"),
        ("", LONG, "A name has"),
    ],
)
def test_production_refuses_short_passwords_and_odd_names(
    migrated: Installation, name: str, password: str, said: str
) -> None:
    words = ("add", name, "--role", "operate", "--password-stdin")
    refused = operator(migrated, *words, password=password, **PRODUCTION)
    assert refused.returncode == 1
    assert said in refused.stdout
    assert password not in refused.stdout


def test_production_does_not_start_with_operators_of_the_sandbox(migrated: Installation) -> None:
    trust_a_qtsp(migrated.folder)
    refused = migrated.run("serve", **PRODUCTION)
    told = "run `xs2a operator remove operator`, run `xs2a operator remove viewer`"
    assert refused.returncode == 1
    assert told in refused.stdout

    operator(migrated, "remove", "operator", **PRODUCTION)
    operator(migrated, "password", "viewer", "--password-stdin", password=LONG, **PRODUCTION)
    assert "operator" not in migrated.run("serve", **PRODUCTION).stdout


def test_before_the_tables_are_there_it_says_what_to_do(installation: Installation) -> None:
    refused = operator(installation, "list")
    assert refused.returncode == 1
    assert "xs2a migrate" in refused.stdout


def test_the_sandbox_tells_where_the_console_is(migrated: Installation) -> None:
    with migrated.serving() as server:
        told = f"{server.cms}/console/, as `operator` (operate) or `viewer` (read)"
        assert eventually(lambda: told in migrated.log.read_text())
