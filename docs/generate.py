# ruff: noqa: INP001
"""Writes the pages that are not written by hand: state diagrams and message codes from the code's
tables, the pictures of the flows from their recordings.

`python -m docs.generate` renews them; a test fails when one is out of date.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from cms.domain.lifecycles import AUTHORISATION, PAYMENT, Lifecycle, Target
from cms.domain.statuses import FinalisableStatus
from docs.flow_pages import flow_pages
from spi.answers import BankCode
from xs2a.spec.messages import Message

S = TypeVar("S", bound=FinalisableStatus)

FOLDER: Final = Path(__file__).parent

_BREAK: Final = "<br/>"


def pages() -> dict[str, str]:
    """Every generated page: its path below `docs/`, and what has to be in it."""
    return {
        "states/payment.mmd": _diagram(PAYMENT),
        "states/authorisation.mmd": _diagram(AUTHORISATION),
        "message-codes.md": _lines(_message_codes()),
        **{f"flows/{name}": _lines(lines) for name, lines in flow_pages().items()},
    }


def stale_pages() -> list[Path]:
    """Pages whose source is gone: where everything is generated, and nothing generates them."""
    wanted = {FOLDER / page for page in pages()}
    found = [path for folder in ("states", "flows") for path in (FOLDER / folder).iterdir()]
    return sorted(path for path in found if path not in wanted)


def _diagram(lifecycle: Lifecycle[S]) -> str:
    """The table of moves as a Mermaid flowchart: from which statuses, why, to which."""
    statuses = tuple(lifecycle.statuses)
    causes: dict[tuple[frozenset[S], S | Target], list[str]] = {}
    for row in lifecycle.rows:
        causes.setdefault((row.sources, row.to), []).append(row.cause.value)
    groups = list(dict.fromkeys(row.sources for row in lifecycle.rows))
    return _lines(
        (
            "%% Generated from cms/domain/lifecycles.py: python -m docs.generate",
            "flowchart LR",
            *(f'  from{n}["{_names(group, statuses)}"]' for n, group in enumerate(groups)),
            *(
                f'  from{groups.index(group)} -- "{_BREAK.join(why)}" --> {_target(to)}'
                for (group, to), why in causes.items()
            ),
        )
    )


def _names(sources: frozenset[S], statuses: tuple[S, ...]) -> str:
    """The statuses in the order of their table, with the name of the group that they are."""
    title = ""
    if sources == frozenset(statuses):
        title = f"any:{_BREAK}"
    elif sources == {status for status in statuses if not status.finalised}:
        title = f"not finalised:{_BREAK}"
    return title + ", ".join(status.value for status in statuses if status in sources)


def _target(to: FinalisableStatus | Target) -> str:
    return 'reported(["what is reported"])' if isinstance(to, Target) else f"to_{to}([{to}])"


def _message_codes() -> Iterator[str]:
    bank = {code.value for code in BankCode}
    yield from (
        "# Message codes",
        "",
        "<!-- Generated from xs2a/spec/messages.py: python -m docs.generate -->",
        "",
        "What a TPP may find as `code` in an error, and the HTTP status it comes with. Act on the",
        "code; the text is for people and may be more precise than the one given here. Codes of",
        "the last column may come from the bank itself, then with the bank's text.",
        "",
        "| HTTP | Code | Text, where there is no better one | From the bank too |",
        "| --- | --- | --- | --- |",
    )
    for message in sorted(Message, key=lambda each: each.http_status):
        also = "yes" if message.name in bank else ""
        yield f"| {message.http_status} | `{message.code}` | {message.text} | {also} |"


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (FOLDER / "flows").mkdir(exist_ok=True)
    for path, text in pages().items():
        (FOLDER / path).write_text(text, encoding="utf-8")
    for stale in stale_pages():
        stale.unlink()
