"""The tree stays small to read: file and function sizes, file names, spelling."""

import ast
import re
from pathlib import Path

from tests.architecture.tree import CODE, ROOMS, ROOT, functions, parsed, python_files

MODULE_LINES = 400
FUNCTION_LINES = 40
# A file is named after what it does for the reader; these say nothing.
EMPTY_NAMES = {
    "base",
    "common",
    "data",
    "helper",
    "helpers",
    "info",
    "manager",
    "misc",
    "service",
    "util",
    "utils",
}
# Our words are British; OAuth's and the libraries' own identifiers keep theirs where we only use
# them, so what counts are the names that we give.
AMERICAN = re.compile("(?i)authoriz|finaliz|recogniz")
# Methods that Authlib calls by these names, so that we must give them.
AUTHLIBS = {
    "delete_authorization_code",
    "query_authorization_code",
    "validate_authorization_redirect_uri",
}


def test_modules_are_small() -> None:
    lines = {str(p): len((ROOT / p).read_text().splitlines()) for p in python_files(*CODE)}
    assert not {path: count for path, count in lines.items() if count > MODULE_LINES}


def test_functions_are_small() -> None:
    # A migration is a list of columns: cutting it up would not make it clearer.
    files = [path for path in python_files(*CODE) if path.parent.name != "versions"]
    lines = {f"{path}:{f.name}": body_lines(f) for path in files for f in functions(path)}
    assert not {name: count for name, count in lines.items() if count > FUNCTION_LINES}


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    docstring = function.body[0]
    if ast.get_docstring(function) is not None and docstring.end_lineno is not None:
        lines -= docstring.end_lineno - docstring.lineno + 1
    return lines


def test_files_are_named_after_what_they_do() -> None:
    assert not [path for path in python_files(*CODE) if path.stem in EMPTY_NAMES]


def given_names(path: Path) -> set[str]:
    """Names of functions, classes, parameters and variables that a file introduces."""
    names = set()
    for node in ast.walk(parsed(path)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
    return names


def test_names_are_spelt_the_british_way() -> None:
    found = {str(path): given_names(path) for path in python_files(*ROOMS)}
    american = {
        path: sorted(filter(AMERICAN.search, names - AUTHLIBS)) for path, names in found.items()
    }
    assert not {path: names for path, names in american.items() if names}
