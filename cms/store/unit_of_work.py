"""One request, one transaction: all changes are kept together or not at all."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from cms import metrics
from cms.domain.authorisation import Authorisation
from cms.domain.errors import StoreUnavailable
from cms.domain.moving import move
from cms.domain.payment import Payment
from cms.domain.statuses import Cause, FinalisableStatus, ScaStatus
from cms.store.database import CONFLICT, UNAVAILABLE, Database
from cms.store.event_writer import EventWriter
from cms.store.inserts import NewRow, insert_together
from cms.store.journal import EventRow, in_hand
from cms.store.postgres_connections import takes_writes
from cms.store.queries.authorisations import AuthorisationQueries
from cms.store.queries.bank_states import BankStateQueries
from cms.store.queries.due import DueQueries
from cms.store.queries.events import INSERT_EVENT, EventQueries
from cms.store.queries.idempotency import IdempotencyQueries
from cms.store.queries.intents import IntentQueries
from cms.store.queries.jobs import JobQueries
from cms.store.queries.moves import MoveQueries
from cms.store.queries.oauth import OAuthQueries
from cms.store.queries.operators import OperatorQueries, OperatorSessionQueries, TrailQueries
from cms.store.queries.payments import PaymentQueries
from cms.store.queries.revocation import RevocationQueries
from cms.store.queries.sealed_rows import SealedRowQueries
from cms.store.queries.search import SearchQueries
from cms.store.queries.stop_list import StopListQueries
from cms.store.queries.tpps import TppQueries

log = logging.getLogger(__name__)


class AlreadyThere(Exception):
    """A new row has the key of one that is stored already."""


class UnitOfWork:
    """All queries over one connection."""

    def __init__(self, connection: Connection, new_event_id: Callable[[], str]) -> None:
        self.payments = PaymentQueries(connection)
        self.authorisations = AuthorisationQueries(connection)
        self.moves = MoveQueries(connection, new_event_id)
        self.tpps = TppQueries(connection)
        self.stop_list = StopListQueries(connection)
        self.revocations = RevocationQueries(connection)
        self.idempotency = IdempotencyQueries(connection)
        self.intents = IntentQueries(connection)
        self.jobs = JobQueries(connection)
        self.operators = OperatorQueries(connection)
        self.operator_sessions = OperatorSessionQueries(connection)
        self.trail = TrailQueries(connection, new_event_id)
        self.oauth = OAuthQueries(connection)
        self.search = SearchQueries(connection)
        self.due = DueQueries(connection)
        self.events = EventQueries(connection)
        self.bank_states = BankStateQueries(connection)
        self.sealed = SealedRowQueries(connection)

    def move(
        self,
        resource: Payment | Authorisation,
        cause: Cause,
        *,
        at: datetime,
        reported: FinalisableStatus | None = None,
    ) -> None:
        """Move the resource as its lifecycle says, in the database and its history too. A
        confirmation code that waits sealed has no use any more when its authorisation has ended.

        Raises AlreadyFinalised, IllegalMove, and ChangedMeanwhile (S1).
        """
        made = move(resource, cause, at=at, reported=reported)
        if made is None:
            return
        self.moves.record(made)
        if made.source is ScaStatus.UNCONFIRMED and made.target.finalised:
            self.oauth.drop_confirmation(made.resource_id)


class Store:
    """Opens units of work on the database. `new_event_id` makes the ids of events.

    The event of the TPP's request in hand goes with its first transaction that is committed.
    """

    def __init__(
        self,
        database: Database,
        new_event_id: Callable[[], str],
        *,
        events_at_once: bool = False,
    ) -> None:
        """With `events_at_once` no event waits to be written with others."""
        self._database = database
        self.new_event_id = new_event_id
        self.event_writer = EventWriter(self._write_events, at_once=events_at_once)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """To read, without a transaction (S3): each query sees what is committed by then.

        Raises StoreUnavailable.
        """
        with _unavailable("reading"), self._database.reads.connect() as connection:
            yield UnitOfWork(connection, self.new_event_id)

    @contextmanager
    def writing(self, *, of_request: bool = True) -> Iterator[UnitOfWork]:
        """To change things: committed at the end, rolled back when anything is raised.

        No bank is called inside (S4): on SQLite this holds the one write lock there is. What is
        changed is the deed of the request in hand, unless `of_request` is false.
        Raises StoreUnavailable, also when the commit fails. Then nothing has changed as a rule; but
        where the answer to the commit was lost, the change may have taken effect.
        """
        request = in_hand() if of_request else None
        row = None
        with (
            _unavailable("writing"),
            self._database.turn,
            self._database.writes.begin() as connection,
        ):
            uow = UnitOfWork(connection, self.new_event_id)
            yield uow
            if request is not None:
                made = uow.authorisations.added
                row = request.pending(self.new_event_id, authorisation_id=made)
            if row is not None:
                INSERT_EVENT.run(connection, row)
        if request is not None and row is not None:
            request.stored(row)

    def insert_together(
        self,
        rows: Sequence[NewRow],
        *,
        payment_id: str | None = None,
        authorisation_id: str | None = None,
    ) -> None:
        """Keep new rows in one transaction of their own: all of them, or none.

        The ids are those of what is made, for the event of the request in hand.
        Raises AlreadyThere when one of them is there already, and StoreUnavailable.
        """
        request = in_hand()
        row = None
        if request is not None:
            row = request.pending(
                self.new_event_id, payment_id=payment_id, authorisation_id=authorisation_id
            )
        try:
            insert_together(self._database, [*rows, (INSERT_EVENT, row)] if row else rows)
        except CONFLICT as error:
            raise AlreadyThere from error
        except UNAVAILABLE as error:
            metrics.count_database_failure("writing")
            log.exception("the database does not answer")
            raise StoreUnavailable from error
        if request is not None and row is not None:
            request.stored(row)

    def _write_events(self, rows: Sequence[EventRow]) -> None:
        with self.writing(of_request=False) as uow:
            uow.events.add_all(rows)

    def answers(self) -> bool:
        """Does the database answer, and take writes? For the readiness probe."""
        try:
            with self._database.reads.connect() as connection:
                if self._database.sqlite:
                    return bool(connection.execute(text("SELECT 1")).scalar_one())
                writable = takes_writes(connection)
        except SQLAlchemyError:
            return False
        if not writable:
            self._database.close()  # another server may be there by the next time
        return writable


@contextmanager
def _unavailable(during: str) -> Iterator[None]:
    """Turn the driver's word for silence into the domain's; the cause goes to the log."""
    try:
        yield
    except UNAVAILABLE as error:
        metrics.count_database_failure(during)
        log.exception("the database does not answer")
        raise StoreUnavailable from error
