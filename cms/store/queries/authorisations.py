"""Authorisations: rows to domain and back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.parties import PsuId
from cms.domain.payment import RedirectUris
from cms.domain.statuses import Cause, ScaStatus
from cms.store.inserts import NewRow, PreparedInsert
from cms.store.queries.psus import psu_columns, psu_of
from cms.store.tables import authorisations

_FIND = select(authorisations).where(authorisations.c.authorisation_id == bindparam("id"))
_LOCK = _FIND.with_for_update(key_share=True)
_OF_PARENT = (
    select(authorisations)
    .where(authorisations.c.parent_id == bindparam("parent_id"))
    .order_by(authorisations.c.created_at, authorisations.c.authorisation_id)
)
_INSERT = PreparedInsert(authorisations)
_UPDATE = update(authorisations).where(authorisations.c.authorisation_id == bindparam("id"))


class AuthorisationQueries:
    """Authorisations over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.added: str | None = None  # the id of the one that is new

    def find(self, authorisation_id: str, *, lock: bool = False) -> Authorisation | None:
        """The authorisation, or None. With `lock` nobody else can move it until we commit."""
        query = _LOCK if lock else _FIND
        row = self._connection.execute(query, {"id": authorisation_id}).one_or_none()
        return authorisation_of(row) if row else None

    def of_parent(self, parent_id: str) -> list[Authorisation]:
        """All authorisations below one resource, oldest first."""
        rows = self._connection.execute(_OF_PARENT, {"parent_id": parent_id})
        return [authorisation_of(row) for row in rows]

    def set_psu(self, authorisation: Authorisation, psu: PsuId) -> None:
        """The PSU of this authorisation is now known."""
        statement = _UPDATE.values(psu_columns(psu))
        self._connection.execute(statement, {"id": authorisation.authorisation_id})

    def set_method(self, authorisation: Authorisation, method_id: str) -> None:
        """The PSU authenticates with this SCA method."""
        statement = _UPDATE.values(authentication_method_id=method_id)
        self._connection.execute(statement, {"id": authorisation.authorisation_id})

    def set_approach(self, authorisation: Authorisation, approach: Approach) -> None:
        """The PSU goes on another way: a decoupled method was chosen (A7)."""
        statement = _UPDATE.values(sca_approach=approach.value)
        self._connection.execute(statement, {"id": authorisation.authorisation_id})

    def set_link_end(self, authorisation: Authorisation, at: datetime) -> None:
        """Until when the PSU may come to the bank for it."""
        statement = _UPDATE.values(redirect_expires_at=at)
        self._connection.execute(statement, {"id": authorisation.authorisation_id})

    def expect_code(self, authorisation: Authorisation, code_hash: str) -> None:
        """The TPP has to confirm with the code of this hash."""
        statement = _UPDATE.values(confirmation_code_hash=code_hash)
        self._connection.execute(statement, {"id": authorisation.authorisation_id})

    def add(self, authorisation: Authorisation) -> None:
        """A new authorisation below a payment that is stored already."""
        _INSERT.run(self._connection, _row(authorisation))
        self.added = authorisation.authorisation_id


def new_authorisation_row(authorisation: Authorisation) -> NewRow:
    """A new authorisation."""
    return _INSERT, _row(authorisation)


def _row(authorisation: Authorisation) -> dict[str, Any]:
    return {
        "authorisation_id": authorisation.authorisation_id,
        "kind": authorisation.kind.value,
        "parent_id": authorisation.parent_id,
        "instance_id": authorisation.instance_id,
        "sca_approach": authorisation.sca_approach.value,
        "sca_status": authorisation.status.value,
        "status_cause": authorisation.status_cause.value,
        "status_changed_at": authorisation.status_changed_at,
        "created_at": authorisation.created_at,
        "expires_at": authorisation.expires_at,
        "redirect_expires_at": authorisation.redirect_expires_at,
        "redirect_uri": authorisation.redirect_uris.ok,
        "nok_redirect_uri": authorisation.redirect_uris.nok,
        "authentication_method_id": authorisation.authentication_method_id,
        "confirmation_code_hash": authorisation.confirmation_code_hash,
    } | psu_columns(authorisation.psu)


def authorisation_of(row: Row[Any]) -> Authorisation:
    """An authorisation from its row."""
    return Authorisation(
        authorisation_id=row.authorisation_id,
        parent_id=row.parent_id,
        instance_id=row.instance_id,
        kind=AuthorisationKind(row.kind),
        sca_approach=Approach(row.sca_approach),
        status=ScaStatus(row.sca_status),
        status_cause=Cause(row.status_cause),
        status_changed_at=row.status_changed_at,
        created_at=row.created_at,
        expires_at=row.expires_at,
        redirect_expires_at=row.redirect_expires_at,
        psu=psu_of(row) if row.psu_id is not None else None,
        redirect_uris=RedirectUris(ok=row.redirect_uri, nok=row.nok_redirect_uri),
        authentication_method_id=row.authentication_method_id,
        confirmation_code_hash=row.confirmation_code_hash,
    )
