"""The operators of the console: who they are, that they are logged in, and what they have done."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Final

from werkzeug.security import check_password_hash, generate_password_hash

from cms.domain.errors import Malformed, Unknown
from cms.domain.operator import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    USED_JUST_NOW,
    LogInBusy,
    LogInRefused,
    Operator,
    OperatorAction,
    OperatorDeed,
    OperatorExists,
    OperatorRole,
    OperatorSession,
    acceptable_password,
    operator_name,
)
from cms.store.unit_of_work import Store

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

COMMAND_LINE: Final = "command line"  # no operator's name: those have no blanks
NOW_LOCKED: Final = "the name is locked now"  # the reason of the line that tells of the lock
HASHING: Final = "scrypt:32768:8:1"  # a stolen database must not give passwords away
# Of a password that nobody has: an unknown name must take as long as a wrong password.
NOBODYS_HASH: Final = (
    f"{HASHING}$Tti2v36C9YOwBsSG$ac1480965b117d368462e188aa8c9af9aacf98d8a607d1fbbdcb91b79e681e01"
    "509a2e8fbb38cd87fb7f4a17af8488b304b432886cf871b19c9483a1cca70e39"
)


def token_hash_of(token: str) -> str:
    """What is stored of a token. It is random and long, so a fast hash is enough."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class LogIn:
    """What somebody typed who wants in."""

    name: str
    password: str = field(repr=False)


class Operators:
    """Who may use the console. They are added and removed by the bank at the command line.

    `hashing` is Werkzeug's word for what a hash of a password costs.
    """

    def __init__(
        self, store: Store, clock: Clock, *, shortest_password: int, hashing: str = HASHING
    ) -> None:
        self._store = store
        self._clock = clock
        self._shortest_password = shortest_password
        self._hashing = hashing

    def all(self) -> list[Operator]:
        """Every operator, by name."""
        with self._store.reading() as uow:
            return uow.operators.all()

    def add(self, name: str, role: OperatorRole, password: str) -> Operator:
        """A new operator. Raises Malformed and OperatorExists."""
        operator = Operator(
            name=operator_name(name),
            role=role,
            created_at=self._clock(),
            password_hash=self._hashed(password),
        )
        with self._store.writing() as uow:
            if uow.operators.find(operator.name) is not None:
                raise OperatorExists
            uow.operators.add(operator)
            uow.trail.add(self._by_command_line(OperatorDeed.ADDED_OPERATOR, operator.name))
        return operator

    def remove(self, name: str) -> None:
        """Remove the operator, whose sessions end at once. The trail stays. Raises Unknown."""
        with self._store.writing() as uow:
            operator = _found(uow.operators.find(_as_kept(name)))
            uow.operator_sessions.close_all(operator.name)
            uow.operators.remove(operator.name)
            uow.trail.add(self._by_command_line(OperatorDeed.REMOVED_OPERATOR, operator.name))

    def set_password(self, name: str, password: str) -> None:
        """Another password; ends the operator's sessions and a lock. Raises Malformed, Unknown."""
        password_hash = self._hashed(password)
        with self._store.writing() as uow:
            operator = _found(uow.operators.find(_as_kept(name)))
            uow.operators.set_password(operator.name, password_hash)
            uow.operator_sessions.close_all(operator.name)
            uow.trail.add(self._by_command_line(OperatorDeed.CHANGED_PASSWORD, operator.name))

    def has_password(self, name: str, password: str) -> bool:
        """Is there such an operator, with this password?"""
        with self._store.reading() as uow:
            operator = uow.operators.find(name)
        return operator is not None and check_password_hash(operator.password_hash, password)

    def _hashed(self, password: str) -> str:
        acceptable_password(password, self._shortest_password)
        return generate_password_hash(password, self._hashing)

    def _by_command_line(self, deed: OperatorDeed, subject: str) -> OperatorAction:
        return OperatorAction(self._clock(), deed, COMMAND_LINE, subject=subject)


class OperatorSessions:
    """Who is logged in. `new_token` makes what a browser keeps; here only its hash is."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        new_token: Callable[[], str],
        *,
        shortest_password: int = SHORTEST_PASSWORD,
    ) -> None:
        self._store = store
        self._clock = clock
        self.new_token = new_token
        self._shortest_password = shortest_password
        self._hashing = Lock()

    def log_in(self, typed: LogIn) -> str:
        """Open a session; returns its token, which nobody has had before.

        Raises LogInRefused, and LogInBusy. The password is looked at first and the tries
        afterwards, in one step with what follows from them: of guesses at the same time no more
        than the allowed ones get an answer (S1). Anybody may ask, so a locked name, which is no
        secret to whoever has locked it, costs no hash; and what is kept of refusals is bounded.
        """
        now = self._clock()
        operator = self._named(typed.name)
        if operator is not None and operator.locked(now):
            raise LogInRefused
        right = self._has_password(operator, typed.password)
        if operator is None:
            # A name that nobody has may be a password in the wrong field: it is not kept.
            log.warning("a log-in at the console was refused: nobody has that name")
            raise LogInRefused
        token = self.new_token()
        with self._store.writing() as uow:
            uow.operator_sessions.close_over(now)
            if right and uow.operators.let_in(operator, now):
                uow.operator_sessions.add(_new_session(operator, token, now))
                uow.trail.add(OperatorAction(now, OperatorDeed.LOGGED_IN, operator.name))
                return token
            if not right:
                uow.operators.count_wrong_try(operator.name, now)
            uow.trail.add(_refused(operator.name, uow.operators.find(operator.name), now))
        raise LogInRefused

    def _has_password(self, operator: Operator | None, password: str) -> bool:
        """Nobody's password takes as long as an operator's. One at a time: a hash takes much
        memory, and a thread of the few there are. Raises LogInBusy.
        """
        password_hash = operator.password_hash if operator else NOBODYS_HASH
        if not self._hashing.acquire(blocking=False):
            raise LogInBusy
        try:
            right = check_password_hash(password_hash, password[:LONGEST_PASSWORD])
        finally:
            self._hashing.release()
        return right and self._shortest_password <= len(password) <= LONGEST_PASSWORD

    def find(self, token: str) -> OperatorSession | None:
        """The session of a token, which counts as used now; None where there is none any more."""
        now = self._clock()
        with self._store.reading() as uow:
            session = uow.operator_sessions.find(token_hash_of(token))
        if session is None or session.over(now):
            return None
        if now - session.last_used_at >= USED_JUST_NOW:
            with self._store.writing() as uow:
                uow.operator_sessions.set_last_used(session.token_hash, now)
        return session

    def of_operator(self, name: str) -> list[OperatorSession]:
        """The sessions of one operator that are not over, the newest first."""
        now = self._clock()
        with self._store.reading() as uow:
            return [each for each in uow.operator_sessions.of_operator(name) if not each.over(now)]

    def log_out(self, session: OperatorSession) -> None:
        """End the session."""
        with self._store.writing() as uow:
            uow.operator_sessions.close(session.token_hash)
            uow.trail.add(self._deed(session, OperatorDeed.LOGGED_OUT))

    def end_others(self, session: OperatorSession) -> None:
        """End all other sessions of the same operator: a browser that was left behind."""
        with self._store.writing() as uow:
            uow.operator_sessions.close_all(session.operator, but=session.token_hash)
            uow.trail.add(self._deed(session, OperatorDeed.ENDED_SESSIONS))

    def _deed(self, session: OperatorSession, deed: OperatorDeed) -> OperatorAction:
        return OperatorAction(self._clock(), deed, session.operator)

    def _named(self, typed: str) -> Operator | None:
        with self._store.reading() as uow:
            return uow.operators.find(_as_kept(typed))


class Trail:
    """What operators have done and looked at."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def looked_at_payment(self, operator: str, payment_id: str, instance_id: str) -> None:
        """The operator is about to see the payment: personal data (an auditor asks who has)."""
        action = OperatorAction(
            self._clock(),
            OperatorDeed.LOOKED_AT_PAYMENT,
            operator,
            instance_id=instance_id,
            subject=payment_id,
        )
        with self._store.writing() as uow:
            uow.trail.add(action)

    def newest(
        self, size: int, *, before: str | None = None, operator: str | None = None
    ) -> list[OperatorAction]:
        """Lines of the trail, the newest first: those before a line, or of one operator."""
        with self._store.reading() as uow:
            return uow.trail.newest(before=before, operator=operator, size=size)


def _new_session(operator: Operator, token: str, now: datetime) -> OperatorSession:
    return OperatorSession(operator.name, operator.role, now, now, token_hash_of(token))


def _refused(name: str, operator: Operator | None, now: datetime) -> OperatorAction:
    locked = operator is not None and operator.locked(now)
    reason = NOW_LOCKED if locked else None
    return OperatorAction(now, OperatorDeed.LOG_IN_REFUSED, name, reason=reason)


def _as_kept(typed: str) -> str:
    """The name as it would be kept; what cannot be one is nobody's."""
    try:
        return operator_name(typed)
    except Malformed:
        return ""


def _found(operator: Operator | None) -> Operator:
    if operator is None:
        raise Unknown("There is no operator of this name.")
    return operator
