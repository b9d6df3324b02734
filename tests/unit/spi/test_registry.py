"""Connectors are found by the name of their entry point, and built from what they are handed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from spi.registry import ENTRY_POINT_GROUP, ConnectorNotFound, ConnectorParts, load_connector
from spi.sandbox import DATABASE_VARIABLE, SandboxConnector

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
# A package that offers a connector; as its connector it gives the parts themselves.
MODULE = "def connector(parts):\n    return parts\n"


def parts(environment: dict[str, str]) -> ConnectorParts:
    return ConnectorParts(environment, clock=lambda: NOW, sleep=lambda _seconds: None)


def install(folder: Path, entry_points: str) -> None:
    (folder / "a_bank.py").write_text(MODULE)
    about = folder / "a_bank-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: a-bank\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(entry_points)


def test_the_sandbox_is_installed(tmp_path: Path) -> None:
    environment = {DATABASE_VARIABLE: f"sqlite:///{tmp_path / 'bank.sqlite'}"}
    assert isinstance(load_connector("sandbox", parts(environment)), SandboxConnector)


def test_a_package_offers_a_connector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, f"[{ENTRY_POINT_GROUP}]\nours = a_bank:connector\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    handed_over = parts({"BANK": "ours"})
    assert load_connector("ours", handed_over) is handed_over  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("name", ["", "Sandbox", "sandbox ", "spi.sandbox:connector", "another"])
def test_an_unknown_name_is_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(ConnectorNotFound, match=r"installed: .*sandbox"):
        load_connector(name, parts({}))


def test_entry_points_of_other_groups_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "[console_scripts]\nours = a_bank:connector\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConnectorNotFound):
        load_connector("ours", parts({}))
