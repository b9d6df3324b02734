"""Most tests make a house of their own, with the routes of all its faces. For each route Werkzeug
writes and compiles two functions that build its addresses, and that took two fifths of the time of
the HTTP tests. The same route has the same functions, so they are compiled once in each process.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def compile_routes_once() -> None:
    """From now on. A function gets its route as an argument, so it serves all that are alike."""
    compiled: dict[tuple[Any, ...], Builder] = {}
    compile_anew = Rule._compile_builder  # there is no public way

    def compile_builder(rule: Rule, append_unknown: bool = True) -> Builder:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_anew(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = compile_builder  # type: ignore[method-assign,assignment]
