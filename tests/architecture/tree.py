"""The source tree as the architecture tests see it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("cms", "spi", "sandbox", "xs2a")
CODE = (*ROOMS, "migrations", "bench", "tests")
PROSE = ("docs", "requirements", "deploy", ".ci")
NOT_TEXT = {".pyc", ".png", ".ico", ".woff2"}
TOP_FILES = ("*.md", "*.toml", "*.yml", "*.ini", "Makefile", "NOTICE", ".editorconfig")


def python_files(*folders: str) -> list[Path]:
    """All Python files below the folders, as paths relative to the root."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path.relative_to(ROOT) for path in found)


def text_files(*suffixes: str) -> list[Path]:
    """What is written by hand, in any language or with these suffixes, relative to the root."""
    below = [path for folder in (*CODE, *PROSE) for path in (ROOT / folder).rglob("*")]
    above = [path for pattern in TOP_FILES for path in ROOT.glob(pattern)]
    files = (path.relative_to(ROOT) for path in below + above if path.is_file())
    wanted = (path for path in files if path.suffix not in NOT_TEXT)
    return sorted(path for path in wanted if not suffixes or path.suffix in suffixes)


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file of `python_files`."""
    return ast.parse((ROOT / path).read_text())


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of attributes; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a file, inner ones too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
