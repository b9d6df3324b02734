"""How far a PSU has come in one authorisation: log-in, second factor, tries left.

received --> psuAuthenticated --> scaMethodSelected --> finalised
|                |    '--> exempted     '--> unconfirmed --> finalised
|                '--> finalised (no second factor)
'--> started (asked on the phone) --> finalised

From each open one to failed: third wrong try, wrong confirmation code, declined.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, Row, case, select, update

from sandbox.core.orders import Order
from sandbox.core.people import PERSON_BY_ID, TRIES, Person, ScaMethod
from sandbox.core.purposes import Purpose
from sandbox.core.storage import authorisations, insert_new, to_ms


class ScaStatus(StrEnum):
    """SCA status codes of the Berlin Group, as far as this bank uses them."""

    RECEIVED = "received"
    PSU_AUTHENTICATED = "psuAuthenticated"
    SCA_METHOD_SELECTED = "scaMethodSelected"
    STARTED = "started"
    UNCONFIRMED = "unconfirmed"
    FINALISED = "finalised"
    EXEMPTED = "exempted"
    FAILED = "failed"

    @property
    def done(self) -> bool:
        """It has led to what it was for."""
        return self in {ScaStatus.FINALISED, ScaStatus.EXEMPTED}

    @property
    def closed(self) -> bool:
        """Nothing moves it any more."""
        return self.done or self is ScaStatus.FAILED


OPEN = tuple(status for status in ScaStatus if not status.closed)


class AuthorisationClosed(Exception):
    """The authorisation is finalised or failed for good."""

    def __init__(self, sca_status: ScaStatus) -> None:
        super().__init__(f"the authorisation is {sca_status}")
        self.sca_status = sca_status


class OutOfTurn(Exception):
    """A step came before the one it needs, or for another order than the PSU has seen."""


class MethodUnknown(OutOfTurn):
    """The PSU has no such second factor."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The PSU is who they say; these are their second factors (none: just confirm).

    `exempted`: the bank needs none for this order.
    """

    name: str
    methods: tuple[ScaMethod, ...]
    exempted: bool = False


@dataclass(frozen=True, slots=True)
class WrongCredentials:
    """PSU-ID or password is wrong; with no try left the authorisation has failed for good."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class NotYourAccount:
    """The password is right, but this PSU cannot authorise this order; no try is lost."""

    text: str


@dataclass(frozen=True, slots=True)
class WrongTan:
    """The TAN or the confirmation code is wrong; with no try left the authorisation has failed
    for good. For a confirmation code there is one try.
    """

    tries_left: int


@dataclass(frozen=True, slots=True)
class AwaitsConfirmation:
    """The second factor was right; the TPP must confirm with this code before the bank acts."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the PSU is told when a TAN is on its way, or a question is on the phone."""

    text: str
    method: ScaMethod


def challenge_for(method: ScaMethod) -> Challenge:
    """The challenge of this method."""
    if method.decoupled:
        return Challenge(f"We have asked you in your {method.target}: approve it there.", method)
    return Challenge(f"We have sent a TAN to your {method.target}.", method)


def open_row(
    connection: Connection,
    authorisation_id: str,
    payment_id: str,
    purpose: Purpose = Purpose.PAY,
) -> Row[Any]:
    """The locked row of an open authorisation, made at the first visit.

    Raises AuthorisationClosed, and OutOfTurn when it was opened for something else.
    """
    row = {"authorisation_id": authorisation_id, "payment_id": payment_id, "purpose": purpose}
    first = {"sca_status": ScaStatus.RECEIVED, "password_tries": 0, "tan_tries": 0}
    insert_new(connection, authorisations, row | first | {"declined": False})
    found = locked_row(connection, authorisation_id)
    if (found.payment_id, found.purpose) != (payment_id, purpose):
        raise OutOfTurn("the authorisation belongs to something else")
    require_open(found)
    return found


def locked_row(connection: Connection, authorisation_id: str) -> Row[Any]:
    """The row, locked for the rest of the transaction. Raises OutOfTurn if there is none."""
    statement = select(authorisations).where(_is(authorisation_id)).with_for_update()
    found = connection.execute(statement).one_or_none()
    if found is None:
        raise OutOfTurn("nobody has logged in yet")
    return found


def require_open(row: Row[Any]) -> None:
    """Raises AuthorisationClosed for a finalised or failed authorisation."""
    status = ScaStatus(row.sca_status)
    if status.closed:
        raise AuthorisationClosed(status)


def require_choice(row: Row[Any], method_id: str) -> ScaMethod:
    """The method of this id, if the PSU may choose one now.

    Raises AuthorisationClosed, OutOfTurn and MethodUnknown.
    """
    require_open(row)
    if row.sca_status not in {ScaStatus.PSU_AUTHENTICATED, ScaStatus.SCA_METHOD_SELECTED}:
        raise OutOfTurn("there is no second factor to choose now")
    method = PERSON_BY_ID[row.psu_id].method(method_id)
    if method is None:
        raise MethodUnknown("the PSU has no such method")
    return method


def read_row(connection: Connection, authorisation_id: str) -> Row[Any] | None:
    """The row as it is, or None when nobody has visited yet."""
    return connection.execute(select(authorisations).where(_is(authorisation_id))).one_or_none()


def authenticate(
    connection: Connection, authorisation_id: str, person: Person, order: Order
) -> None:
    """The PSU has logged in and will be shown this order; a method chosen before is void."""
    _update(
        connection,
        authorisation_id,
        sca_status=ScaStatus.PSU_AUTHENTICATED,
        psu_id=person.psu_id,
        method_id=None,
        asked_on_phone_ms=None,
        order_shown=order.to_text(),
    )


def select_method(
    connection: Connection, authorisation_id: str, method: ScaMethod, now: datetime
) -> None:
    """The PSU has chosen; a TAN is on its way, or the question is on the phone."""
    _update(
        connection,
        authorisation_id,
        sca_status=ScaStatus.SCA_METHOD_SELECTED,
        method_id=method.id,
        asked_on_phone_ms=to_ms(now) if method.decoupled else None,
    )


def start_on_phone(
    connection: Connection, authorisation_id: str, person: Person, order: Order, *, now: datetime
) -> None:
    """The PSU is asked on the phone and nowhere else: no log-in comes before."""
    _update(
        connection,
        authorisation_id,
        sca_status=ScaStatus.STARTED,
        psu_id=person.psu_id,
        method_id=person.app.id if person.app else None,
        asked_on_phone_ms=to_ms(now),
        order_shown=order.to_text(),
    )


def await_confirmation(connection: Connection, authorisation_id: str, code_hash: str) -> None:
    """The second factor was right; what is left is the code of which this is the hash."""
    _update(
        connection,
        authorisation_id,
        sca_status=ScaStatus.UNCONFIRMED,
        confirmation_hash=code_hash,
    )


def close(
    connection: Connection, authorisation_id: str, status: ScaStatus, *, declined: bool = False
) -> None:
    """Finalised, exempted or failed: the end."""
    _update(connection, authorisation_id, sca_status=status, declined=declined)


def count_wrong_password(connection: Connection, authorisation_id: str) -> int:
    """One more wrong log-in, under whatever name; answers the tries left."""
    return _count(connection, authorisation_id, authorisations.c.password_tries)


def count_wrong_tan(connection: Connection, authorisation_id: str) -> int:
    """One more wrong TAN; answers the tries left."""
    return _count(connection, authorisation_id, authorisations.c.tan_tries)


def _count(connection: Connection, authorisation_id: str, tries: Column[int]) -> int:
    last = case((tries + 1 >= TRIES, ScaStatus.FAILED.value), else_=authorisations.c.sca_status)
    statement = (
        update(authorisations)
        .where(_is(authorisation_id), tries < TRIES)
        .values({tries.name: tries + 1, "sca_status": last})
        .returning(tries)
    )
    return TRIES - (connection.execute(statement).scalar() or TRIES)


def _update(connection: Connection, authorisation_id: str, **values: object) -> None:
    connection.execute(
        update(authorisations)
        .where(_is(authorisation_id), authorisations.c.sca_status.in_(OPEN))
        .values(values)
    )


def _is(authorisation_id: str) -> Any:
    return authorisations.c.authorisation_id == authorisation_id
