"""Column types that behave alike on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


def _ordered_by_bytes(length: int) -> TypeEngine[str]:
    """Text of at most so many characters, compared byte by byte as SQLite does by itself.

    PostgreSQL would go by the language that its database was made with: in Danish "aa" comes after
    "z", and then ids do not tell the time. Indexes would also break with an update of the operating
    system that changes a language's order.
    """
    return String(length).with_variant(String(length, collation="C"), "postgresql")


# SQLite numbers rows by itself only for a column of exactly the type INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")
Id = _ordered_by_bytes(64)
Code = _ordered_by_bytes(40)
Text = _ordered_by_bytes(500)
Bytes = LargeBinary


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept and returned in UTC (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a naive moment is a bug here, so it raises ValueError."""
        return self._in_utc(value)

    @staticmethod
    def _in_utc(value: datetime | None) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object] | None:
        """What makes the driver's value: for SQLite the toolkit's own text, made by the standard
        library, which is several times as quick; a new payment has nine moments.
        """
        return self._as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def _as_text(self, value: datetime | None) -> str | None:
        moment = self._in_utc(value)
        return (
            None if moment is None else moment.replace(tzinfo=None).isoformat(" ", "microseconds")
        )

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back as an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
