"""First answers under an idempotency key (P14)."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from cms.domain.kept_answer import KeptAnswer
from cms.store.inserts import NewRow, PreparedInsert
from cms.store.tables import idempotent_answers

_INSERT = PreparedInsert(idempotent_answers)


class IdempotencyQueries:
    """Kept answers over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, request_key: str) -> KeptAnswer | None:
        """The first answer under this key, or None."""
        query = select(idempotent_answers).where(idempotent_answers.c.request_key == request_key)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return KeptAnswer(
            row.request_key, row.body_digest, row.http_status, row.headers, bytes(row.body)
        )

    def add(self, answer: KeptAnswer, at: datetime) -> None:
        """Keep an answer together with other changes."""
        _, row = new_answer_row(answer, at)
        _INSERT.run(self._connection, row)

    def replace(self, answer: KeptAnswer) -> None:
        """Another answer under the same key."""
        told = {"headers": answer.headers, "body": answer.body}
        self._connection.execute(update(idempotent_answers).where(_is(answer)).values(told))

    def forget(self, answer: KeptAnswer) -> None:
        """Nothing is kept under this key."""
        self._connection.execute(delete(idempotent_answers).where(_is(answer)))

    def purge(self, before: datetime, limit: int) -> int:
        """Forget answers that are older; how many there were."""
        old = (
            select(idempotent_answers.c.request_key)
            .where(idempotent_answers.c.created_at < before)
            .order_by(idempotent_answers.c.created_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = delete(idempotent_answers).where(idempotent_answers.c.request_key.in_(old))
        return self._connection.execute(statement).rowcount


def _is(answer: KeptAnswer) -> ColumnElement[bool]:
    return idempotent_answers.c.request_key == answer.request_key


def new_answer_row(answer: KeptAnswer, at: datetime) -> NewRow:
    """An answer to be kept. The primary key makes the second of two racing requests fail."""
    return _INSERT, {
        "request_key": answer.request_key,
        "body_digest": answer.body_digest,
        "http_status": answer.http_status,
        "headers": answer.headers,
        "body": answer.body,
        "created_at": at,
    }
