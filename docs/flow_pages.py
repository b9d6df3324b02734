# ruff: noqa: INP001
"""The pages about the recorded flows: one for each file of `tests/recorded`, and their index."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

import yaml

from docs.sequences import sequence_diagram

RECORDED: Final = Path(__file__).parents[1] / "tests" / "recorded"

_WIDTH: Final = 100

# A flow's `group` -> the heading of its part of the index.
_GROUPS: Final = {
    "initiation": "A payment, by approach and start",
    "kinds": "Kinds of payments, and what they are written in",
    "cancellation": "A cancellation, by approach and start",
    "special": "What else may happen",
}

Flow = dict[str, Any]


def flow_pages() -> dict[str, list[str]]:
    """Lines of every page below `docs/flows`, by file name."""
    flows = {path.stem: _read(path) for path in sorted(RECORDED.glob("*.yml"))}
    pages = {f"{name}.md": list(_page(name, flow)) for name, flow in flows.items()}
    return pages | {"README.md": list(_index(flows))}


def _read(path: Path) -> Flow:
    flow: Flow = yaml.safe_load(path.read_text(encoding="utf-8"))
    if flow["group"] not in _GROUPS:
        raise ValueError(f"{path.name}: no group {flow['group']}")
    return flow


def _page(name: str, flow: Flow) -> Iterable[str]:
    source = f"tests/recorded/{name}.yml"
    return (
        f"# {flow['title']}",
        "",
        f"<!-- Generated from {source}: make docs -->",
        "",
        *wrap(flow["about"], _WIDTH),
        "",
        "```mermaid",
        *sequence_diagram(flow["steps"]),
        "```",
        "",
        f"Headers and bodies in full: [{source}](../../{source}). All flows: [index](README.md).",
    )


def _index(flows: dict[str, Flow]) -> Iterator[str]:
    yield from (
        "# Recorded flows",
        "",
        "<!-- Generated from tests/recorded: make docs -->",
        "",
        "Each page shows one flow as a picture. The same file is played by the tests over HTTP",
        "against a running server, whose answers must be the ones that are written there.",
    )
    for group, heading in _GROUPS.items():
        yield from ("", f"## {heading}", "")
        yield from (
            f"- [{flow['title']}]({name}.md)"
            for name, flow in flows.items()
            if flow["group"] == group
        )
