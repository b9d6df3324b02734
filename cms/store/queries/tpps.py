"""TPPs: one row per authorisation number, authority and tenant (T4)."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from cms.domain.parties import Role, ShownCertificate, Tpp
from cms.store.inserts import insert_or
from cms.store.tables import tpp_certificates, tpps

_FACTS = (
    "authority_name",
    "name",
    "country",
    "organisation",
    "organisation_unit",
    "city",
    "state",
    "roles",
    "updated_at",
)


def tpp_id(tpp: Tpp, instance_id: str) -> str:
    """The TPP's key: the same for the same authorisation number, authority and tenant (T4)."""
    identity = "\x00".join((instance_id, tpp.authority_id, tpp.authorisation_number))
    return sha256(identity.encode()).hexdigest()


class TppQueries:
    """TPPs over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, key: str) -> Tpp | None:
        """The TPP as it was last seen, or None."""
        return self.find_all([key]).get(key)

    def find_all(self, keys: Collection[str]) -> dict[str, Tpp]:
        """Those of the TPPs that there are, as they were last seen, by their keys."""
        rows = self._connection.execute(select(tpps).where(tpps.c.tpp_id.in_(keys)))
        return {row.tpp_id: _tpp(row) for row in rows}

    def of_number(self, authorisation_number: str, instance_id: str) -> dict[str, Tpp]:
        """The TPPs of this number in a tenant, by their keys: one for each authority, the last
        seen first.
        """
        query = select(tpps).where(
            tpps.c.instance_id == instance_id,
            tpps.c.authorisation_number == authorisation_number,
        )
        rows = self._connection.execute(query.order_by(tpps.c.updated_at.desc()))
        return {row.tpp_id: _tpp(row) for row in rows}

    def of_tenant(self, instance_id: str, *, after: tuple[str, str], most: int) -> list[Tpp]:
        """Some of the TPPs of a tenant in the order of number and authority, from `after` on."""
        order = tpps.c.authorisation_number, tpps.c.authority_id
        query = select(tpps).where(tpps.c.instance_id == instance_id, tuple_(*order) > after)
        return [_tpp(row) for row in self._connection.execute(query.order_by(*order).limit(most))]

    def keep(self, tpp: Tpp, instance_id: str, *, at: datetime) -> None:
        """Add the TPP, or bring what is known of it up to date."""
        statement = insert_or(self._connection, tpps).values(_row(tpp, instance_id, at))
        statement = statement.on_conflict_do_update(
            index_elements=[tpps.c.tpp_id],
            set_={name: statement.excluded[name] for name in _FACTS},
        )
        self._connection.execute(statement)

    def keep_certificate(self, key: str, tpp: Tpp, shown: ShownCertificate) -> None:
        """Add what a certificate says of its TPP. It never says anything else; but the roles that
        the bank allows with it may change.
        """
        certificates = tpp_certificates
        statement = insert_or(self._connection, certificates).values(
            tpp_id=key,
            thumbprint=shown.thumbprint,
            roles=",".join(sorted(shown.roles)),
            domains=",".join(tpp.domains),
            not_after=shown.not_after,
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[certificates.c.tpp_id, certificates.c.thumbprint],
                set_={"roles": statement.excluded.roles},
            )
        )

    def certified(self, known: Mapping[str, Tpp], now: datetime) -> dict[str, Tpp]:
        """The same TPPs, each with the roles and domains of all its certificates that have not
        expired. One that has shown none keeps the roles that it has, and has no domains.
        """
        query = select(tpp_certificates).where(tpp_certificates.c.tpp_id.in_(known))
        rows = self._connection.execute(query.order_by(tpp_certificates.c.thumbprint)).all()
        found = dict(known)
        for key in {row.tpp_id for row in rows}:
            valid = [row for row in rows if row.tpp_id == key and now < row.not_after]
            domains = (each for row in valid for each in row.domains.split(",") if each)
            roles = frozenset[Role]().union(*map(_roles, valid))
            found[key] = replace(known[key], roles=roles, domains=tuple(dict.fromkeys(domains)))
        return found


def _tpp(row: Row[Any]) -> Tpp:
    return Tpp(
        authorisation_number=row.authorisation_number,
        name=row.name,
        authority_id=row.authority_id,
        authority_name=row.authority_name,
        country=row.country,
        organisation=row.organisation,
        organisation_unit=row.organisation_unit,
        city=row.city,
        state=row.state,
        roles=_roles(row),
    )


def _roles(row: Row[Any]) -> frozenset[Role]:
    return frozenset(Role(each) for each in row.roles.split(",") if each)


def _row(tpp: Tpp, instance_id: str, at: datetime) -> dict[str, Any]:
    return {
        "tpp_id": tpp_id(tpp, instance_id),
        "instance_id": instance_id,
        "authorisation_number": tpp.authorisation_number,
        "authority_id": tpp.authority_id,
        "authority_name": tpp.authority_name,
        "name": tpp.name,
        "country": tpp.country,
        "organisation": tpp.organisation,
        "organisation_unit": tpp.organisation_unit,
        "city": tpp.city,
        "state": tpp.state,
        "roles": ",".join(sorted(tpp.roles)),
        "updated_at": at,
    }
