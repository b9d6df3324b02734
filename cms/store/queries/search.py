"""Finds payments by what the bank knows of them; every way leads over an index.

First the ids alone are found, in their order, which is that of time; the rows are read afterwards,
for one page only.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    TextClause,
    func,
    select,
    union_all,
)

from cms.domain.ids import first_id_at
from cms.domain.parties import PsuId
from cms.domain.search import PaymentFilter
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.store.queries.psus import psu_columns
from cms.store.queries.tpps import TppQueries
from cms.store.tables import authorisations, payment_psus, payments
from cms.store.tables.authorisations import AWAITS_NO_PSU, AWAITS_PSU
from cms.store.tables.payments import AWAITS_CONFIRMATION, AWAITS_NO_CONFIRMATION

MOST_OF_A_KEY: Final = 1_000  # payments that may have the id that is looked for

_Condition = ColumnElement[bool] | TextClause
# As the conditions of the indexes say.
_OPEN: Final = frozenset({TransactionStatus.RCVD, TransactionStatus.PATC})
_EARLY: Final = frozenset({ScaStatus.RECEIVED, ScaStatus.PSU_IDENTIFIED})


class SearchQueries:
    """Searches over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, wanted: PaymentFilter) -> int:
        """How many payments fit."""
        found = self._fitting(wanted).subquery()
        return self._connection.execute(select(func.count()).select_from(found)).scalar_one()

    def ids(self, wanted: PaymentFilter, *, offset: int, limit: int) -> list[str]:
        """A part of those that fit, the oldest first."""
        query = self._fitting(wanted).order_by(_key(wanted)).offset(offset).limit(limit)
        return list(self._connection.execute(query).scalars())

    def newest_ids(self, wanted: PaymentFilter, *, limit: int, below: str | None) -> list[str]:
        """Those that fit, the newest first; with `below` only ids smaller than that."""
        parts = [self._newest(each, limit, below).subquery() for each in _parts(wanted)]
        newest = union_all(*(select(part.c[0].label("id")) for part in parts)).subquery()
        query = select(newest.c.id).order_by(newest.c.id.desc()).limit(limit)
        return list(self._connection.execute(query).scalars())

    def _newest(self, wanted: PaymentFilter, limit: int, below: str | None) -> Select[str]:
        query, key = self._fitting(wanted), _key(wanted)
        if below is not None:
            query = query.where(key < below)
        return query.order_by(key.desc()).limit(limit)

    def _fitting(self, wanted: PaymentFilter) -> Select[str]:
        key = _key(wanted)
        query = select(key).select_from(_joined(wanted)).where(*self._conditions(wanted, key))
        # A PSU may stand in a payment twice, and several authorisations at the same status.
        return query.distinct() if wanted.psu or wanted.sca_status else query

    def _conditions(self, wanted: PaymentFilter, key: Column[str]) -> Iterator[_Condition]:
        if wanted.sca_status is not None:
            yield authorisations.c.instance_id == wanted.instance_id
            yield authorisations.c.sca_status == wanted.sca_status.value
            yield AWAITS_PSU if wanted.sca_status in _EARLY else AWAITS_NO_PSU
        elif wanted.tpp_authorisation_number is None:  # a TPP's row is its tenant's
            yield payments.c.instance_id == wanted.instance_id
        if wanted.key is not None:
            yield key.in_(self._ids_of(wanted.key, wanted.instance_id))
        if wanted.tpp_authorisation_number is not None:
            yield payments.c.tpp_id.in_(self._tpp_ids(wanted))
        if wanted.aspsp_account_id is not None:
            yield payments.c.aspsp_account_id == wanted.aspsp_account_id
        if wanted.status is not None:
            yield payments.c.transaction_status == wanted.status.value
            yield AWAITS_CONFIRMATION if wanted.status in _OPEN else AWAITS_NO_CONFIRMATION
        if wanted.since is not None:
            yield key >= first_id_at(wanted.since)
        if wanted.before is not None:
            yield key < first_id_at(wanted.before)
        if wanted.psu is not None:
            yield from _is_psu(wanted.psu)

    def _ids_of(self, key: str, instance_id: str) -> list[str]:
        """Each of the three by its own index: one OR over them would read the whole table. At most
        MOST_OF_A_KEY by each: nothing keeps a bank from giving all payments the same reference.
        """
        payment = select(payments.c.payment_id).where(payments.c.instance_id == instance_id)
        parent = select(authorisations.c.parent_id)
        parent = parent.where(authorisations.c.instance_id == instance_id)
        ways = (
            payment.where(payments.c.payment_id == key),
            payment.where(payments.c.bank_reference == key),
            parent.where(authorisations.c.authorisation_id == key),
        )
        found = (self._connection.execute(way.limit(MOST_OF_A_KEY)) for way in ways)
        return [each for rows in found for each in rows.scalars()]

    def _tpp_ids(self, wanted: PaymentFilter) -> list[str]:
        """The same number may have been given by several authorities."""
        number = wanted.tpp_authorisation_number or ""
        return list(TppQueries(self._connection).of_number(number, wanted.instance_id))


def _parts(wanted: PaymentFilter) -> Iterator[PaymentFilter]:
    """A search for nothing in particular is one for each status, as there is an index by status."""
    bare = partial(PaymentFilter, wanted.instance_id, since=wanted.since, before=wanted.before)
    if wanted == bare():
        yield from (bare(status=status) for status in TransactionStatus)
    else:
        yield wanted


def _key(wanted: PaymentFilter) -> Column[str]:
    """The payment's id, in the table whose index leads to the fewest rows, and in order."""
    if wanted.sca_status is not None:
        return authorisations.c.parent_id
    return payment_psus.c.payment_id if wanted.psu is not None else payments.c.payment_id


def _joined(wanted: PaymentFilter) -> FromClause:
    joined: FromClause = payments
    if wanted.psu is not None:
        joined = payment_psus.join(joined, payments.c.payment_id == payment_psus.c.payment_id)
    if wanted.sca_status is not None:
        joined = authorisations.join(joined, payments.c.payment_id == authorisations.c.parent_id)
    return joined


def _is_psu(psu: PsuId) -> Iterator[ColumnElement[bool]]:
    for name, value in psu_columns(psu).items():
        if value is not None:
            yield payment_psus.c[name] == value
