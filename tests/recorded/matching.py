"""Expected answers with holes, laid over real ones.

- `<uuid>`, `<time>` and `<id>` stand for one value of that form, which nobody needs later.
- `{name}` stands for a value that is needed later: where the name is new, it is learnt; where it
  is known, the value must be the same.
"""

import re
from typing import Any

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
HOLES = {"<uuid>": UUID, "<time>": TIME, "<id>": r"[\w-]+"}
_PART = re.compile(r"\{(\w+)\}|(<\w+>)")

Known = dict[str, str]


def laid_over(expected: Any, actual: Any, known: Known) -> Any:
    """What should have been expected: `expected` itself, hole for hole, wherever it fits.

    Learns new names into `known`. A test compares the outcome with `expected`; UPDATE=1 writes it
    into the file.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {name: laid_over(expected.get(name), actual[name], known) for name in actual}
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = zip(expected, actual, strict=True)
        return [laid_over(one, other, known) for one, other in pairs]
    if isinstance(expected, str) and isinstance(actual, str) and _fits(expected, actual, known):
        return expected
    if type(expected) is type(actual) and expected == actual:
        return expected
    return general(actual, known)


def filled(wanted: Any, known: Known) -> Any:
    """What is sent: the names replaced by what they stand for. An unknown name is a mistake."""
    if isinstance(wanted, dict):
        return {name: filled(value, known) for name, value in wanted.items()}
    if isinstance(wanted, list):
        return [filled(value, known) for value in wanted]
    if isinstance(wanted, str):
        return re.sub(r"\{(\w+)\}", lambda hole: known[hole[1]], wanted)
    return wanted


def general(actual: Any, known: Known) -> Any:
    """A real answer with holes where another run would have another value."""
    if isinstance(actual, dict):
        return {name: general(value, known) for name, value in actual.items()}
    if isinstance(actual, list):
        return [general(value, known) for value in actual]
    if not isinstance(actual, str):
        return actual
    for name, value in sorted(known.items(), key=lambda item: -len(item[1])):
        actual = actual.replace(value, f"{{{name}}}")
    return re.sub(TIME, "<time>", re.sub(UUID, "<uuid>", actual))


def _fits(expected: str, actual: str, known: Known) -> bool:
    found = re.fullmatch(_pattern(expected, known), actual)
    if found is not None:
        known.update(found.groupdict())
    return found is not None


def _pattern(expected: str, known: Known) -> str:
    pattern, end = "", 0
    for part in _PART.finditer(expected):
        pattern += re.escape(expected[end : part.start()]) + _hole(part, known)
        end = part.end()
    return pattern + re.escape(expected[end:])


def _hole(part: re.Match[str], known: Known) -> str:
    name = part[1]
    if name is None:
        return HOLES.get(part[2], re.escape(part[2]))
    return re.escape(known[name]) if name in known else f"(?P<{name}>[\\w-]+)"
