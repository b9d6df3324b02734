"""Bank intents: rows to domain and back."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from cms.domain.intent import BankIntent, Deed
from cms.domain.statuses import ScaStatus
from cms.store.inserts import PreparedInsert
from cms.store.tables import bank_intents

_INSERT = PreparedInsert(bank_intents)


class IntentQueries:
    """Bank intents over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, intent: BankIntent) -> None:
        """A new, open intent."""
        _INSERT.run(
            self._connection,
            {
                "intent_id": intent.intent_id,
                "payment_id": intent.payment_id,
                "instance_id": intent.instance_id,
                "authorisation_id": intent.authorisation_id,
                "deed": intent.deed.value,
                "sca_status": intent.sca_status.value,
                "created_at": intent.created_at,
                "resolve_from": intent.resolve_from,
                "settled_at": intent.settled_at,
            },
        )

    def find(self, intent_id: str) -> BankIntent | None:
        """The intent, or None."""
        query = select(bank_intents).where(bank_intents.c.intent_id == intent_id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return BankIntent(
            intent_id=row.intent_id,
            payment_id=row.payment_id,
            instance_id=row.instance_id,
            deed=Deed(row.deed),
            sca_status=ScaStatus(row.sca_status),
            created_at=row.created_at,
            resolve_from=row.resolve_from,
            authorisation_id=row.authorisation_id,
            settled_at=row.settled_at,
        )

    def set_settled(self, intent: BankIntent, at: datetime) -> None:
        """The bank's answer is known and stored."""
        self._set(intent, settled_at=at)

    def set_resolve_from(self, intent: BankIntent, at: datetime) -> None:
        """From now on anybody may ask the bank what came of it."""
        self._set(intent, resolve_from=at)

    def _set(self, intent: BankIntent, **columns: datetime) -> None:
        statement = update(bank_intents).where(bank_intents.c.intent_id == intent.intent_id)
        self._connection.execute(statement.values(columns))
