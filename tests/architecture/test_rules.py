"""Rules of the house that a linter does not know."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOMS, dotted, parsed, python_files

STATUSES = {"status", "sca_status", "transaction_status"}
MAY_SET_A_STATUS = Path("cms/domain/moving.py")

CLOCK_AND_CHANCE = {
    "date.today",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "os.urandom",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
}
CLOCK_AND_CHANCE_MODULES = {"random", "secrets"}
# Where time and chance enter; everybody else is handed a clock or an id.
MAY_ASK_CLOCK_AND_CHANCE = {
    "xs2a/clock.py": "is the server's clock",
    "xs2a/demo.py": "plays a TPP: waits for a server, makes request ids",
    "xs2a/ids.py": "is the source of ids",
    "xs2a/server_keys.py": "makes keys, and the nonces to seal with",
    "xs2a/signing.py": "plays a TPP: makes request ids",
    "xs2a/server.py": "makes the token that a sandbox was not given",
    "xs2a/wiring.py": "puts the parts together, clock and ids among them",
}


def status_assignments(path: Path) -> Iterator[int]:
    """Lines that set a status of another object, by assignment or by `replace(x, status=...)`."""
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store(), value=owner) if name in STATUSES:
                if dotted(owner) != "self":
                    yield node.lineno
            case ast.Call(func=function, keywords=keywords):
                copies = dotted(function) in {"replace", "dataclasses.replace"}
                if copies and STATUSES & {keyword.arg for keyword in keywords}:
                    yield node.lineno


def test_a_status_is_moved_by_a_cause_never_assigned() -> None:
    found = {path: list(status_assignments(path)) for path in python_files("cms", "spi", "xs2a")}
    assert {path: lines for path, lines in found.items() if lines}.keys() == {MAY_SET_A_STATUS}


def clock_and_chance(path: Path) -> Iterator[str]:
    """What a file uses of the clock and of chance, called or handed on."""
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Import(names=names):
                yield from (n.name for n in names if n.name in CLOCK_AND_CHANCE_MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                full = {f"{module}.{name.name}" for name in names}
                yield from full & CLOCK_AND_CHANCE
                if module in CLOCK_AND_CHANCE_MODULES:
                    yield module
            case ast.Attribute() if dotted(node) in CLOCK_AND_CHANCE:
                yield dotted(node)


def test_time_and_chance_are_handed_in() -> None:
    found = {str(path): sorted(set(clock_and_chance(path))) for path in python_files(*ROOMS)}
    assert {path: used for path, used in found.items() if used}.keys() == (
        MAY_ASK_CLOCK_AND_CHANCE.keys()  # no file too many, and no row that is no longer true
    )


def test_nobody_outside_sca_compares_approaches() -> None:
    elsewhere = [path for path in python_files("xs2a") if path.parts[:2] != ("xs2a", "sca")]
    assert not [f"{path}:{line}" for path in elsewhere for line in approach_comparisons(path)]


def approach_comparisons(path: Path) -> Iterator[int]:
    """Lines that compare something with a member of ScaApproach."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            if any(dotted(side).startswith("ScaApproach.") for side in sides):
                yield node.lineno
