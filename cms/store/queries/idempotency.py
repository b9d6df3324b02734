"""First answers under an idempotency key (P14)."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from cms.domain.kept_answer import KeptAnswer
from cms.store.tables import idempotent_answers


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

    def add(self, answer: KeptAnswer, at: datetime) -> bool:
        """Keep it. False when there is one under this key already: the first one stays."""
        on_sqlite = self._connection.dialect.name == "sqlite"
        insert = sqlite.insert if on_sqlite else postgresql.insert
        row = {
            "request_key": answer.request_key,
            "body_digest": answer.body_digest,
            "http_status": answer.http_status,
            "headers": answer.headers,
            "body": answer.body,
            "created_at": at,
        }
        statement = insert(idempotent_answers).values(row).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1
