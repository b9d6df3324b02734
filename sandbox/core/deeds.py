"""Deeds: what the server asks for exactly once, under an id of its own.

A deed acts once; asked again, the bank answers what it answered then. Whoever asks what became
of a deed that the bank has not seen makes it void: it will not be done when it comes later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select, update

from sandbox.core.orders import Executed, OrderStatus
from sandbox.core.purposes import Purpose
from sandbox.core.sca import WrongTan
from sandbox.core.storage import deeds, insert_new

Ending = Executed | WrongTan


class DeedRefused(Exception):
    """The deed is void, or its id was used for something else."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is asked for, and the id by which the bank knows it again."""

    deed_id: str
    payment_id: str
    purpose: Purpose


class _Kind(StrEnum):
    VOID = "void"
    EXECUTED = "executed"
    WRONG = "wrong"


def once(connection: Connection, deed: Deed, act: Callable[[], Ending]) -> Ending:
    """Act, unless this deed has ended before: then what it ended with.

    Its row is made first, in the transaction in which `act` works: of two calls at the same
    moment the second waits here. Raises DeedRefused.
    """
    if not _begin(connection, deed):
        ending = _ending(connection, deed)
        if ending is None:
            raise DeedRefused("the deed is void")
        return ending
    ending = act()
    values: dict[str, object]
    match ending:
        case Executed(status=status, reason=reason):
            values = {"ending": _Kind.EXECUTED, "status": status, "reason": reason}
        case WrongTan(tries_left=tries_left):
            values = {"ending": _Kind.WRONG, "tries_left": tries_left}
    connection.execute(update(deeds).where(deeds.c.deed_id == deed.deed_id).values(values))
    return ending


def outcome_of(connection: Connection, deed: Deed) -> Ending | None:
    """What the deed ended with. None: it was not done, and never will be.

    Raises DeedRefused when the id was used for something else.
    """
    return None if _begin(connection, deed) else _ending(connection, deed)


def _begin(connection: Connection, deed: Deed) -> bool:
    row = {"deed_id": deed.deed_id, "payment_id": deed.payment_id, "purpose": deed.purpose}
    return insert_new(connection, deeds, row | {"ending": _Kind.VOID})


def _ending(connection: Connection, deed: Deed) -> Ending | None:
    row = connection.execute(select(deeds).where(deeds.c.deed_id == deed.deed_id)).one()
    if (row.payment_id, row.purpose) != (deed.payment_id, deed.purpose):
        raise DeedRefused("the deed's id was used for something else")
    match _Kind(row.ending):
        case _Kind.EXECUTED:
            return Executed(OrderStatus(row.status), row.reason)
        case _Kind.WRONG:
            return WrongTan(row.tries_left)
        case _Kind.VOID:
            return None
