"""Finds payments by what the bank knows of them; every way leads over an index.

First the ids alone are found, in their order, which is that of time; the rows are read afterwards,
for one page only.
"""

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, Connection, FromClause, Select, func, select

from cms.domain.ids import first_id_at
from cms.domain.parties import PsuId
from cms.domain.search import PaymentFilter
from cms.store.queries.psus import psu_columns
from cms.store.queries.tpps import TppQueries
from cms.store.tables import authorisations, payment_psus, payments

_ID: Column[str] = payments.c.payment_id


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
        query = self._fitting(wanted).order_by(_ID).offset(offset).limit(limit)
        return list(self._connection.execute(query).scalars())

    def newest_ids(self, wanted: PaymentFilter, *, limit: int, below: str | None) -> list[str]:
        """Those that fit, the newest first; with `below` only ids smaller than that."""
        query = self._fitting(wanted)
        if below is not None:
            query = query.where(below > _ID)
        return list(self._connection.execute(query.order_by(_ID.desc()).limit(limit)).scalars())

    def _fitting(self, wanted: PaymentFilter) -> Select[str]:
        query = select(_ID).select_from(_joined(wanted)).where(*self._conditions(wanted))
        # A PSU may stand in a payment twice, and several authorisations at the same status.
        return query.distinct() if wanted.psu or wanted.sca_status else query

    def _conditions(self, wanted: PaymentFilter) -> Iterator[ColumnElement[bool]]:
        yield payments.c.instance_id == wanted.instance_id
        if wanted.key is not None:
            yield _ID.in_(self._ids_of(wanted.key))
        if wanted.tpp_authorisation_number is not None:
            yield payments.c.tpp_id.in_(self._tpp_ids(wanted))
        if wanted.aspsp_account_id is not None:
            yield payments.c.aspsp_account_id == wanted.aspsp_account_id
        if wanted.status is not None:
            yield payments.c.transaction_status == wanted.status.value
        if wanted.since is not None:
            yield first_id_at(wanted.since) <= _ID
        if wanted.before is not None:
            yield first_id_at(wanted.before) > _ID
        if wanted.psu is not None:
            yield from _is_psu(wanted.psu)
        if wanted.sca_status is not None:
            yield authorisations.c.instance_id == wanted.instance_id
            yield authorisations.c.sca_status == wanted.sca_status.value

    def _ids_of(self, key: str) -> list[str]:
        """Each of the three by its own index: one OR over them would read the whole table."""
        ways = (
            select(_ID).where(payments.c.payment_id == key),
            select(_ID).where(payments.c.bank_reference == key),
            select(authorisations.c.parent_id).where(authorisations.c.authorisation_id == key),
        )
        return [found for way in ways for found in self._connection.execute(way).scalars()]

    def _tpp_ids(self, wanted: PaymentFilter) -> list[str]:
        """The same number may have been given by several authorities."""
        number = wanted.tpp_authorisation_number or ""
        return list(TppQueries(self._connection).of_number(number, wanted.instance_id))


def _joined(wanted: PaymentFilter) -> FromClause:
    joined: FromClause = payments
    if wanted.psu is not None:
        joined = joined.join(payment_psus, payment_psus.c.payment_id == _ID)
    if wanted.sca_status is not None:
        joined = joined.join(authorisations, authorisations.c.parent_id == _ID)
    return joined


def _is_psu(psu: PsuId) -> Iterator[ColumnElement[bool]]:
    for name, value in psu_columns(psu).items():
        if value is not None:
            yield payment_psus.c[name] == value
