"""Log lines that tell which request they belong to: ids, never a secret nor an account.

What a request is about is noted in a context variable when it becomes known; the formatter adds it
to every line. Whatever comes from outside is made harmless there: no line can be broken or forged.
"""

import logging
import re
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

import orjson

ID_NAMES: Final = ("x_request_id", "tpp", "payment_id", "authorisation_id")
LONGEST_ID: Final = 100  # characters
# What an access line says beside its text; further ones would have to be judged first.
_FACTS: Final = ("face", "method", "route", "status", "ms")

_known: ContextVar[dict[str, str] | None] = ContextVar("known", default=None)
_STRANGE: Final = re.compile(r"[^\x21-\x7e]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_IBAN: Final = re.compile(  # in one word, or in groups of four as it is printed
    r"\b[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}\b"
    r"|\b[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?\b"
)


def begin(**ids: str | None) -> None:
    """A request has come in: forget the one before. `ids` are those that are known already."""
    _known.set({})
    know(**ids)


def know(**ids: str | None) -> None:
    """More is known of the request; outside of one, nothing is noted."""
    known = _known.get()
    if known is not None:
        for name, value in ids.items():
            if value:
                known[name] = _STRANGE.sub("?", _without_accounts(value[:LONGEST_ID]))


def end() -> None:
    """The request is over."""
    _known.set(None)


def known_ids() -> Mapping[str, str]:
    """What is known of the request, by the names of ID_NAMES."""
    return _known.get() or {}


class TextFormatter(logging.Formatter):
    """Lines for people: when, which process, how grave, what, and the ids behind it."""

    def __init__(self, face: str) -> None:
        super().__init__()
        self._face = face

    def format(self, record: logging.LogRecord) -> str:
        """One line; below it the traceback, where there is one."""
        ids = "".join(f" {name}={value}" for name, value in known_ids().items())
        line = (
            f"{_moment(record)} {self._face}[{record.process}] {record.levelname} "
            f"{_CONTROL.sub(_escaped, record.getMessage())}{ids}"
        )
        failure = _failure(self, record)
        return _without_accounts(f"{line}\n{failure}" if failure else line)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, face: str) -> None:
        super().__init__()
        self._face = face

    def format(self, record: logging.LogRecord) -> str:
        """One line, the traceback inside of it."""
        told: dict[str, Any] = {
            "at": _moment(record),
            "level": record.levelname,
            "process": f"{self._face}[{record.process}]",
            "logger": record.name,
            "message": _without_accounts(record.getMessage()),
            **known_ids(),
            **{name: vars(record)[name] for name in _FACTS if name in vars(record)},
        }
        failure = _failure(self, record)
        if failure:
            told["exception"] = _without_accounts(failure)
        return orjson.dumps(told, default=str).decode(errors="replace")


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds")


def _failure(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return formatter.formatException(record.exc_info) if record.exc_info else ""


def _escaped(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]


def _without_accounts(text: str) -> str:
    """IBANs are cut to country and check digits: a text of others may hold one."""
    return _IBAN.sub(lambda found: f"{found[0][:4]}...", text)
