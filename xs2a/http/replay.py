"""A request that is sent again gets the first answer again (P14)."""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from hashlib import scrypt
from typing import Final, TypeVar

import orjson
from flask import Response, request

from cms.domain.errors import KeptBefore, StoreUnavailable
from cms.domain.kept_answer import KeptAnswer
from cms.domain.profile import RequestIdReplay
from cms.service.idempotency import body_digest, request_key
from xs2a.errors import RequestFaulty
from xs2a.flows.parts import TppContext
from xs2a.http import gate
from xs2a.http.answers import answer
from xs2a.http.sent import SentHeaders
from xs2a.spec.messages import Message

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Replay:
    """The key under which the request's answer is kept, and what tells its body from others."""

    key: str
    digest: str

    def first_answer(self) -> Response | None:
        """The first answer once more, or None. A key used for another body is refused (P14)."""
        kept = gate.door().parts.idempotency.find(self.key)
        if kept is None:
            return None
        if kept.body_digest != self.digest:
            text = "This idempotency key was used before for another request."
            raise RequestFaulty.one(Message.FORMAT_ERROR, text, "idempotency-key")
        return answer(kept.body, kept.http_status, orjson.loads(kept.headers))

    def keep(self, first: Response) -> KeptAnswer:
        """The answer as it is kept; the request's id is each request's own."""
        kept = {name: value for name, value in first.headers.items() if name != "X-Request-ID"}
        headers = orjson.dumps(kept).decode()
        return KeptAnswer(self.key, self.digest, first.status_code, headers, first.get_data())


def replay_key(ctx: TppContext, sent: SentHeaders) -> str | None:
    """The key under which the first answer is kept, or None for a request without one."""
    key = sent.get("idempotency-key")
    if key:
        return request_key(ctx.tpp_id, request.path, f"Idempotency-Key {key}")
    if ctx.profile.common.x_request_id_replay is RequestIdReplay.REPLAY:
        return request_key(ctx.tpp_id, request.path, f"X-Request-ID {ctx.x_request_id.lower()}")
    return None


# What a start of an authorisation says by headers: another PSU is another request.
_SAYING: Final = (
    "psu-id",
    "psu-id-type",
    "psu-corporate-id",
    "psu-corporate-id-type",
    "tpp-redirect-preferred",
    "tpp-decoupled-preferred",
)


def initiation_digest(ctx: TppContext, body: bytes) -> str:
    """Of an initiation."""
    return body_digest(_granted_by(ctx) + body)


def start_digest(ctx: TppContext, sent: SentHeaders, body: bytes, key: str) -> str:
    """Of a start. A body may hold a password: slow and salted then, so that nobody can guess."""
    said = _granted_by(ctx) + orjson.dumps([sent.get(name) for name in _SAYING])
    if not body:
        return body_digest(said)
    return scrypt(said + body, salt=key.encode(), n=2**14, r=8, p=1, dklen=32).hex()


def _granted_by(ctx: TppContext) -> bytes:
    """The PSU whose token comes along: with another one's it is another request."""
    psu = ctx.granted.psu if ctx.granted else None
    return b"" if psu is None else orjson.dumps(astuple(psu))


def answer_once(
    replay: Replay | None,
    act: Callable[[Callable[[T], KeptAnswer] | None], T],
    tell: Callable[[T], Response],
) -> Response:
    """Act and tell the outcome; with `replay`, the flow keeps the answer with what it did."""
    if replay is None:
        return tell(act(None))
    try:
        return tell(act(lambda outcome: replay.keep(tell(outcome))))
    except KeptBefore as error:  # a racing request was faster: its answer counts
        first = replay.first_answer()
        if first is None:  # what was there already is not this key's answer
            raise StoreUnavailable from error
        return first
