"""Operators, their sessions, and the trail of what they did."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, delete, insert, literal, null, or_, select, update

from cms.domain.operator import (
    IDLE_FOR,
    LOCKED_FOR,
    MOST_WRONG_TRIES,
    SESSION_FOR,
    Operator,
    OperatorAction,
    OperatorDeed,
    OperatorRole,
    OperatorSession,
)
from cms.store.columns import UtcDateTime
from cms.store.tables import operator_actions, operator_sessions, operators


class OperatorQueries:
    """Operators over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, name: str) -> Operator | None:
        """The operator, or None."""
        row = self._connection.execute(_named(select(operators), name)).one_or_none()
        return _operator(row) if row else None

    def all(self) -> list[Operator]:
        """Every operator, by name."""
        rows = self._connection.execute(select(operators).order_by(operators.c.name))
        return [_operator(row) for row in rows]

    def add(self, operator: Operator) -> None:
        """A new operator."""
        self._connection.execute(
            insert(operators).values(
                name=operator.name,
                role=operator.role.value,
                password_hash=operator.password_hash,
                wrong_tries=0,
                created_at=operator.created_at,
            )
        )

    def remove(self, name: str) -> None:
        """The operator, whose sessions have been closed before."""
        self._connection.execute(_named(delete(operators), name))

    def set_password(self, name: str, password_hash: str) -> None:
        """Another password, and all tries anew."""
        statement = _named(update(operators), name)
        values = {"password_hash": password_hash, "wrong_tries": 0, "locked_until": None}
        self._connection.execute(statement.values(values))

    def let_in(self, operator: Operator, now: datetime) -> bool:
        """The password was right. Still, nobody is let in who is locked by now, or whose password
        was changed meanwhile (S1).
        """
        statement = _unlocked(_named(update(operators), operator.name), now)
        statement = statement.where(operators.c.password_hash == operator.password_hash)
        statement = statement.values(wrong_tries=0, locked_until=None)
        return self._connection.execute(statement).rowcount == 1

    def count_wrong_try(self, name: str, now: datetime) -> None:
        """One more wrong try; the last one of those that are allowed locks. While it is locked
        none is counted: an attacker cannot keep an operator out for ever by going on.
        """
        tries = case((operators.c.locked_until.is_not(None), 1), else_=operators.c.wrong_tries + 1)
        lock = case(
            (tries >= MOST_WRONG_TRIES, literal(now + LOCKED_FOR, UtcDateTime)), else_=null()
        )
        statement = _unlocked(_named(update(operators), name), now)
        self._connection.execute(statement.values(wrong_tries=tries, locked_until=lock))


class OperatorSessionQueries:
    """Sessions over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: OperatorSession) -> None:
        """A new session."""
        self._connection.execute(
            insert(operator_sessions).values(
                token_hash=session.token_hash,
                operator=session.operator,
                created_at=session.created_at,
                last_used_at=session.last_used_at,
            )
        )

    def find(self, token_hash: str) -> OperatorSession | None:
        """The session with the role that its operator has now, or None."""
        query = _SESSIONS.where(operator_sessions.c.token_hash == token_hash)
        row = self._connection.execute(query).one_or_none()
        return _session(row) if row else None

    def of_operator(self, name: str) -> list[OperatorSession]:
        """The operator's sessions, the newest first."""
        query = _SESSIONS.where(operator_sessions.c.operator == name)
        query = query.order_by(operator_sessions.c.created_at.desc())
        return [_session(row) for row in self._connection.execute(query)]

    def set_last_used(self, token_hash: str, at: datetime) -> None:
        """The session was used."""
        statement = update(operator_sessions).values(last_used_at=at)
        self._connection.execute(statement.where(operator_sessions.c.token_hash == token_hash))

    def close(self, token_hash: str) -> None:
        """End one session."""
        statement = delete(operator_sessions)
        self._connection.execute(statement.where(operator_sessions.c.token_hash == token_hash))

    def close_all(self, name: str, *, but: str = "") -> None:
        """End all sessions of an operator, save the one with this hash."""
        statement = delete(operator_sessions).where(operator_sessions.c.operator == name)
        self._connection.execute(statement.where(operator_sessions.c.token_hash != but))

    def close_over(self, now: datetime) -> None:
        """Forget the sessions of everybody that are over."""
        over = or_(
            operator_sessions.c.created_at <= now - SESSION_FOR,
            operator_sessions.c.last_used_at <= now - IDLE_FOR,
        )
        self._connection.execute(delete(operator_sessions).where(over))


class TrailQueries:
    """The trail over one connection. Its lines are added, and never changed."""

    def __init__(self, connection: Connection, new_id: Callable[[], str]) -> None:
        self._connection = connection
        self._new_id = new_id

    def add(self, action: OperatorAction) -> None:
        """One more line, which gets its id here."""
        self._connection.execute(
            insert(operator_actions).values(
                action_id=self._new_id(),
                at=action.at,
                operator=action.operator,
                action=action.deed.value,
                instance_id=action.instance_id,
                subject=action.subject,
                reason=action.reason,
            )
        )

    def newest(
        self, *, before: str | None, operator: str | None, size: int
    ) -> list[OperatorAction]:
        """Lines, the newest first; older than the one with the id `before`, and of one operator,
        where these are named.
        """
        query = select(operator_actions).order_by(operator_actions.c.action_id.desc())
        if before is not None:
            query = query.where(operator_actions.c.action_id < before)
        if operator is not None:
            query = query.where(operator_actions.c.operator == operator)
        return [_action(row) for row in self._connection.execute(query.limit(size))]


_SESSIONS = select(operator_sessions, operators.c.role).join(operators)


def _named(statement: Any, name: str) -> Any:
    return statement.where(operators.c.name == name)


def _unlocked(statement: Any, now: datetime) -> Any:
    return statement.where(or_(operators.c.locked_until.is_(None), operators.c.locked_until <= now))


def _operator(row: Row[Any]) -> Operator:
    return Operator(
        name=row.name,
        role=OperatorRole(row.role),
        created_at=row.created_at,
        password_hash=row.password_hash,
        locked_until=row.locked_until,
    )


def _session(row: Row[Any]) -> OperatorSession:
    return OperatorSession(
        operator=row.operator,
        role=OperatorRole(row.role),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        token_hash=row.token_hash,
    )


def _action(row: Row[Any]) -> OperatorAction:
    return OperatorAction(
        action_id=row.action_id,
        at=row.at,
        operator=row.operator,
        deed=OperatorDeed(row.action),
        instance_id=row.instance_id,
        subject=row.subject,
        reason=row.reason,
    )
