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
# Of a request that was refused: the code that was told, and of a certificate that does not count
# its fingerprint (SHA-256 in hex), who has issued it, and why it does not.
REFUSAL_NAMES: Final = ("code", "certificate", "issuer", "reason")
LONGEST_ID: Final = 100  # characters
ACCESS: Final = "xs2a.access"  # the logger of one line for each request
_access: Final = logging.getLogger(ACCESS)
_NOT_LET_IN: Final = frozenset({401, 403})
_FACTS: Final = "facts"  # what an access line says, as an attribute of its record

_known: ContextVar[dict[str, str] | None] = ContextVar("known", default=None)
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_STRANGE: Final = re.compile(r"[^\x21-\x7e]")
_IN_WORDS: Final = frozenset({"issuer", "reason"})  # may have blanks, so they stand in quotes
_STRANGE_IN_WORDS: Final = re.compile(r'[^\x20-\x7e]|"')
_IBAN: Final = re.compile(  # in one word, or in groups of four as it is printed
    r"\b[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}\b"
    r"|\b[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?\b"
)


def begin(x_request_id: str | None) -> None:
    """A request has come in: forget the one before."""
    _known.set({})
    know(x_request_id=x_request_id)


def know(**ids: str | None) -> None:
    """More is known of the request, by the names of ID_NAMES and REFUSAL_NAMES; outside of
    one, nothing is noted.
    """
    known = _known.get()
    if known is not None:
        for name, value in ids.items():
            if value:
                known[name] = value


def end() -> None:
    """The request is over."""
    _known.set(None)


def known_ids() -> Mapping[str, str]:
    """What is known of the request, made harmless: no line can be broken or forged by it."""
    known = _known.get() or {}
    return {
        name: value if _UUID.fullmatch(value) else harmless(value, in_words=name in _IN_WORDS)
        for name, value in known.items()
    }


def uuid_of_request() -> str | None:
    """The X-Request-ID of the request that is being answered here, if it is a UUID."""
    sent = (_known.get() or {}).get("x_request_id")
    return sent if sent and _UUID.fullmatch(sent) else None


def tell_access(face: str, route: str, *, method: str, status: int, seconds: float) -> None:
    """The one line of a request. All of it are words of ours: the route is the template.

    It is a warning where no more may be on record of the request: one that was not let in, or that
    the server could not answer.

    The record is made here, as the logger would look for the calling line, at every request.
    """
    level = logging.WARNING if status in _NOT_LET_IN or status >= 500 else logging.INFO
    if _access.isEnabledFor(level):
        ms = round(seconds * 1000, 1)
        text = f"{method} {route} {status} {ms} ms"
        record = logging.LogRecord(_access.name, level, __file__, 0, text, None, None)
        facts = {"face": face, "method": method, "route": route, "status": status, "ms": ms}
        vars(record)[_FACTS] = facts
        _access.handle(record)


class TextFormatter(logging.Formatter):
    """Lines for people: when, which process, how grave, what, and the ids behind it."""

    def __init__(self, face: str) -> None:
        super().__init__()
        self._face = face

    def format(self, record: logging.LogRecord) -> str:
        """One line; below it the traceback, where there is one, its lines indented: none of them,
        nor of the texts of others inside, can be taken for a line of the log.
        """
        ids = "".join([f" {name}={_written(name, value)}" for name, value in known_ids().items()])
        message = _printable(_message(record))
        head = f"{_moment(record)} {self._face}[{record.process}] {record.levelname}"
        failure = _failure(self, record)
        below = [f"\n  {_printable(line)}" for line in failure.split("\n")] if failure else []
        return f"{head} {message}{ids}{''.join(below)}"


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
            "message": _message(record),
            **known_ids(),
            **vars(record).get(_FACTS, {}),
        }
        failure = _failure(self, record)
        if failure:
            told["exception"] = failure
        return orjson.dumps(told, default=str).decode(errors="replace")


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    message = record.getMessage()
    return message if _FACTS in vars(record) else _without_accounts(message)


def _failure(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if not record.exc_info:
        return ""
    return _without_accounts(formatter.formatException(record.exc_info))


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def harmless(value: str, *, in_words: bool = False) -> str:
    """What comes from outside, fit for a line: cut, without accounts and odd characters. With
    `in_words` the blanks between words stay.
    """
    strange = _STRANGE_IN_WORDS if in_words else _STRANGE
    return strange.sub("?", _without_accounts(value[:LONGEST_ID]))


def _written(name: str, value: str) -> str:
    return f'"{value}"' if name in _IN_WORDS else value


def _without_accounts(text: str) -> str:
    """IBANs are cut to country and check digits: a text of others may hold one."""
    return _IBAN.sub(lambda found: f"{found[0][:4]}...", text)
