"""Migrations are numbered, in one line, and stand alone."""

import ast
import re

from tests.architecture.tree import ROOMS, ROOT, parsed, python_files

VERSIONS = "migrations/versions"
HEAD = ROOT / "migrations" / ".current-head"


def test_revisions_are_numbered_without_gaps() -> None:
    names = [path.name for path in python_files(VERSIONS)]
    assert names
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names)
    assert [name[:4] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]


def test_each_revision_follows_the_one_before() -> None:
    before = None
    for path in python_files(VERSIONS):
        constants = {
            target.id: node.value.value
            for node in parsed(path).body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        assert constants["revision"] == path.name[:4]
        assert constants["down_revision"] == before
        before = path.name[:4]


def test_the_head_is_written_down() -> None:
    """Two branches that both add a migration then conflict in git instead of forking."""
    assert HEAD.read_text().strip() == python_files(VERSIONS)[-1].name[:4]


def test_revisions_import_nothing_of_ours() -> None:
    for path in python_files(VERSIONS):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Import):
                assert not {name.name.partition(".")[0] for name in node.names} & set(ROOMS), path
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] not in ROOMS, path
