"""What is done with an authorisation while its row is locked: check, then act, or end it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from sandbox.core import accounts, cancellations, confirmation, deeds, payments, sca
from sandbox.core.deeds import Deed, Ending
from sandbox.core.magic import Misbehaviour, misbehaviour_for
from sandbox.core.orders import Executed, Order, OrderStatus
from sandbox.core.people import PERSON_BY_ID, TAN, Person
from sandbox.core.purposes import Purpose
from sandbox.core.sca import (
    AuthorisationClosed,
    AwaitsConfirmation,
    OutOfTurn,
    ScaStatus,
    WrongTan,
)


def is_exempted(order: Order, purpose: Purpose) -> bool:
    """Is the password enough for this payment? A cancellation is never exempt from SCA."""
    exempted = misbehaviour_for(order.amount) is Misbehaviour.EXEMPTED
    return exempted and purpose is Purpose.PAY


class LockedAuthorisation:
    """An authorisation of a PSU who is known, for one transaction; `now` is its moment.

    Raises OutOfTurn before the log-in.
    """

    def __init__(self, connection: Connection, row: Row[Any], now: datetime) -> None:
        if row.psu_id is None:
            raise OutOfTurn("nobody has logged in yet")
        self._connection = connection
        self._row = row
        self._now = now
        self._id: str = row.authorisation_id
        self._person: Person = PERSON_BY_ID[row.psu_id]
        self.order = Order.from_text(row.order_shown)
        self.status = ScaStatus(row.sca_status)
        self.purpose = Purpose(row.purpose)

    def once(self, deed_id: str | None, act: Callable[[], Ending]) -> Ending:
        """Act; under a deed's id once only. Raises DeedRefused."""
        if deed_id is None:
            return act()
        deed = Deed(deed_id, self._row.payment_id, self.purpose)
        return deeds.once(self._connection, deed, act)

    def authorise(self, order: Order, tan: str | None) -> Ending:
        """Check the second factor, then act. Answers again when that was done before."""
        self._require_payment(order)
        if self.status.done:
            return self._as_it_stands()
        if self.status is ScaStatus.UNCONFIRMED:
            raise OutOfTurn("a confirmation code is awaited")
        wrong = self._check_second_factor(order, tan)
        if wrong is not None:
            return wrong
        exempted = tan is None and self._person.methods
        return self._act(ScaStatus.EXEMPTED if exempted else ScaStatus.FINALISED)

    def ask_for_code(self, order: Order, tan: str | None, code: str) -> Ending | AwaitsConfirmation:
        """Check the second factor, then wait for this code. A code given before is void."""
        self._require_payment(order)
        if self.status.done:
            return self._as_it_stands()
        if self.status is not ScaStatus.UNCONFIRMED:
            wrong = self._check_second_factor(order, tan)
            if wrong is not None:
                return wrong
        sca.await_confirmation(self._connection, self._id, confirmation.hashed(self._id, code))
        return AwaitsConfirmation(code)

    def confirm(self, order: Order, code: str | None) -> Ending:
        """Act if the code is right (None: somebody else has checked it); else all is over."""
        self._require_unconfirmed()
        self._require_shown(order)
        if code is None or confirmation.is_right(self._id, code, self._row.confirmation_hash):
            return self._act(ScaStatus.FINALISED)
        self._fail(payments.NOT_CONFIRMED)
        return WrongTan(0)

    def fail_confirmation(self) -> Executed:
        """Somebody else has found the code wrong: all is over. May be repeated."""
        if self.status is ScaStatus.FAILED:
            return self._as_it_stands()
        self._require_unconfirmed()
        return self._fail(payments.NOT_CONFIRMED)

    def approve_on_phone(self, psu_id: str) -> Executed:
        """The phone itself is the second factor. Answers again when that was done before."""
        self._require_phone(psu_id)
        if self.status.done:
            return self._as_it_stands()
        self._require_open()
        return self._act(ScaStatus.FINALISED)

    def decline_on_phone(self, psu_id: str) -> Executed:
        """As `decline`."""
        self._require_phone(psu_id)
        return self.decline(self.order)

    def decline(self, order: Order) -> Executed:
        """The PSU does not want it. May be repeated; what was done before stays done."""
        self._require_payment(order)
        if self.status.done or self._row.declined:
            return self._as_it_stands()
        self._require_open()
        return self._fail(payments.DECLINED, declined=True)

    def _act(self, ending: ScaStatus) -> Executed:
        sca.close(self._connection, self._id, ending)
        order, psu_id = self.order, self._person.psu_id
        if self.purpose is Purpose.CANCEL:
            return cancellations.cancel_authorised(
                self._connection, order, psu_id=psu_id, now=self._now
            )
        debtor = accounts.debtor_account(order, psu_id)
        if debtor is None:
            raise OutOfTurn("there is no account to debit")
        return payments.take_in(self._connection, order, debtor, psu_id=psu_id, now=self._now)

    def _fail(self, reason: str, *, declined: bool = False) -> Executed:
        sca.close(self._connection, self._id, ScaStatus.FAILED, declined=declined)
        if self.purpose is Purpose.CANCEL:
            return self._as_it_stands()
        return payments.reject(self._connection, self.order, reason, self._now)

    def _as_it_stands(self) -> Executed:
        row = payments.read(self._connection, self._row.payment_id)
        if row is None:
            return Executed(OrderStatus.RCVD)
        return Executed(OrderStatus(row.status), row.reason)

    def _check_second_factor(self, order: Order, tan: str | None) -> WrongTan | None:
        """None when it is right, or when there is no need of it."""
        self._require_open()
        self._require_shown(order)
        if not self._person.methods or (tan is None and is_exempted(order, self.purpose)):
            return None
        method = self._person.method(self._row.method_id)
        if tan is None or method is None:
            raise OutOfTurn("the second factor is missing")
        if method.decoupled:
            raise OutOfTurn("the PSU was asked on the phone")
        if tan != TAN:
            return WrongTan(sca.count_wrong_tan(self._connection, self._id))
        return None

    def _require_open(self) -> None:
        if self.status.closed:
            raise AuthorisationClosed(self.status)

    def _require_unconfirmed(self) -> None:
        self._require_open()
        if self.status is not ScaStatus.UNCONFIRMED:
            raise OutOfTurn("no confirmation code is awaited")

    def _require_payment(self, order: Order) -> None:
        if self._row.payment_id != order.payment_id:
            raise OutOfTurn("the authorisation belongs to another payment")

    def _require_shown(self, order: Order) -> None:
        if self.order.bare() != order.bare():
            raise OutOfTurn("the PSU was shown another order")

    def _require_phone(self, psu_id: str) -> None:
        if self._row.asked_on_phone_ms is None or psu_id != self._person.psu_id:
            raise OutOfTurn("this PSU was not asked on the phone")
