"""Asks the bank's own authorization server about access tokens (RFC 7662)."""

import logging
from collections.abc import Callable, Mapping
from hashlib import sha256
from threading import Lock
from typing import Any, Final

import orjson
import requests

from xs2a.errors import IntrospectionUnavailable
from xs2a.timed_calls import TimeOver, session_within

TIMEOUT_S: Final = (2.0, 3.0)  # to connect, to wait for the next byte of the answer
ANSWERED_WITHIN_S: Final = 5.0  # to the last one
MOST_BYTES: Final = 65_536  # of an answer
REMEMBERED_S: Final = 3.0  # so long a token revoked there may still be taken here
REMEMBERED: Final = 10_000  # answers, of each process
_CHUNK: Final = 8_192

log = logging.getLogger(__name__)


class Introspection:
    """Introspects at `url`. `client` is `id:secret` for HTTP Basic, None for a server that knows us
    by other means. `elapsed` gives seconds of a clock that never goes back; `within_s` are those
    that an answer may take from the connection to its last byte.
    """

    def __init__(
        self,
        url: str,
        client: str | None,
        elapsed: Callable[[], float],
        *,
        within_s: float = ANSWERED_WITHIN_S,
    ) -> None:
        self._url = url
        name, _, secret = (client or "").partition(":")
        self._auth = (name, secret) if client else None
        self._elapsed = elapsed
        self._within_s = within_s
        self._answers: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self._lock = Lock()

    def __call__(self, token: str) -> Mapping[str, Any]:
        """What the server says; from memory, if it has said so a moment ago.

        Raises IntrospectionUnavailable: no answer is no yes.
        """
        key, now = sha256(token.encode()).hexdigest(), self._elapsed()
        known = self._answers.get(key)
        if known is not None and now - known[0] < REMEMBERED_S:
            return known[1]
        answer = self._ask(token)
        with self._lock:
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            self._answers[key] = now, answer
        return answer

    def _ask(self, token: str) -> Mapping[str, Any]:
        try:
            with session_within(self._within_s) as session:
                told = self._told(session, token)
        except (requests.RequestException, OSError, ValueError, TimeOver) as error:
            log.warning("the introspection failed: %s", type(error).__name__)
            raise IntrospectionUnavailable from None
        return told

    def _told(self, session: requests.Session, token: str) -> Mapping[str, Any]:
        with session.post(
            self._url,
            {"token": token, "token_type_hint": "access_token"},
            auth=self._auth,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=TIMEOUT_S,
            stream=True,
        ) as answer:
            told = _document(answer) if answer.status_code == 200 else None
        if not isinstance(told, dict):
            log.warning("the introspection was answered with %s, unusably", answer.status_code)
            raise IntrospectionUnavailable
        return told


def _document(answer: requests.Response) -> object:
    """What the JSON says; None for what is none, or too long."""
    content = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        content += chunk
        if len(content) > MOST_BYTES:
            return None
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
