"""The sandbox bank, as its connector and its online banking see it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.core import accounts, payments, sca
from sandbox.core.accounts import AccountWithBalance, Booking
from sandbox.core.magic import SLOW_FOR, Misbehaviour, misbehaviour_for
from sandbox.core.orders import (
    PRODUCTS,
    BankUnavailable,
    Examined,
    Executed,
    Order,
    OrderRefused,
    OrderStatus,
)
from sandbox.core.people import PERSON_BY_ID, TAN, Account, Person
from sandbox.core.sca import (
    AuthorisationClosed,
    Challenge,
    LoggedIn,
    NotYourAccount,
    OutOfTurn,
    ScaStatus,
    WrongCredentials,
    WrongTan,
)
from sandbox.core.storage import Storage

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an authorisation has come at the bank, and what became of its order.

    `psu_id` is set once the PSU has logged in; `claimed_psu_id` is what was typed last.
    """

    payment_id: str
    sca_status: ScaStatus
    psu_id: str | None
    claimed_psu_id: str | None
    challenge: Challenge | None
    outcome: Executed | None


class Bank:
    """All that the bank does. Each method may raise BankUnavailable.

    `clock` tells the time, aware and in UTC; `sleep` waits for some seconds (it is used by the
    magic amount for slowness only).
    """

    def __init__(self, storage: Storage, *, clock: Clock, sleep: Sleep) -> None:
        self._storage = storage
        self._clock = clock
        self._sleep = sleep

    def set_up(self) -> None:
        """Make the tables and give every account its opening balance; harmless when repeated."""
        with self._storage.writing() as connection:
            self._storage.create_tables(connection)
            accounts.open_accounts(connection)

    def is_ready(self) -> bool:
        """Can the books be read?"""
        try:
            with self._storage.reading() as connection:
                accounts.available(connection, accounts.clearing_account("EUR"))
        except BankUnavailable:
            return False
        return True

    def examine(self, order: Order, *, psu_id: str | None, reject_without_funds: bool) -> Examined:
        """Judge an order at initiation; writes nothing, so it may be asked again.

        Raises OrderRefused for an order the bank does not take in. Funds are looked at only when
        asked for, and not for an order of a later day.
        """
        match misbehaviour_for(order.amount):
            case Misbehaviour.UNAVAILABLE:
                raise BankUnavailable("a magic amount")
            case Misbehaviour.REFUSED:
                raise OrderRefused("PAYMENT_FAILED", "The bank refuses this payment.")
            case Misbehaviour.DECLINED:
                return Examined(OrderStatus.RJCT, order.bank_reference, None, "A magic amount.")
            case Misbehaviour.SLOW:
                self._sleep(SLOW_FOR.total_seconds())
            case _:
                pass
        if order.product not in PRODUCTS:
            raise OrderRefused("PRODUCT_UNKNOWN", f"The bank does not offer {order.product}.")
        minor_units = order.minor_units
        today = self._clock().date()
        day = order.requested_execution_date or today
        if day < today:
            raise OrderRefused("EXECUTION_DATE_INVALID", "The execution date is in the past.")
        debtor = accounts.debtor_account(order, psu_id)
        accounts.creditor_account_id(order)
        account_id = debtor.account_id if debtor else None
        if account_id is not None and reject_without_funds and day == today:
            with self._storage.reading() as connection:
                enough = accounts.available(connection, account_id) >= minor_units
            if not enough:
                return Examined(
                    OrderStatus.RJCT, order.bank_reference, account_id, payments.NO_FUNDS
                )
        return Examined(OrderStatus.RCVD, order.bank_reference, account_id)

    def log_in(
        self, authorisation_id: str, psu_id: str, password: str, order: Order
    ) -> LoggedIn | WrongCredentials | NotYourAccount:
        """First factor. The third wrong try closes the authorisation for good.

        Raises AuthorisationClosed for one that is closed already.
        """
        person = PERSON_BY_ID.get(psu_id)
        with self._storage.writing() as connection:
            row = sca.open_row(connection, authorisation_id, order.payment_id)
            if person is None or not person.password_is(password):
                left = sca.count_wrong_password(connection, authorisation_id, psu_id)
                return WrongCredentials(left)
            if row.psu_id not in {None, psu_id}:
                return NotYourAccount("Somebody else has begun to authorise this payment.")
            try:
                accounts.debtor_account(order, psu_id)
            except OrderRefused as refusal:
                return NotYourAccount(refusal.text)
            sca.authenticate(connection, authorisation_id, person, order)
        return LoggedIn(person.name, person.methods)

    def select_method(self, authorisation_id: str, method_id: str) -> Challenge:
        """Send a TAN by one of the PSU's methods; may be repeated, also with another one.

        Raises AuthorisationClosed, and OutOfTurn before the log-in or for an unknown method.
        """
        with self._storage.writing() as connection:
            row = sca.locked_row(connection, authorisation_id)
            sca.require_open(row)
            method = _person(row.psu_id).method(method_id)
            if method is None:
                raise OutOfTurn("the PSU has no such method")
            sca.select_method(connection, authorisation_id, method)
        return sca.challenge_for(method)

    def authorise(
        self, authorisation_id: str, order: Order, tan: str | None
    ) -> Executed | WrongTan:
        """Second factor, then execution: once per payment, however often this is called.

        `tan` is looked at only when the PSU has a second factor. Raises AuthorisationClosed for
        a failed authorisation, OutOfTurn when a step is missing or the order is not the one the
        PSU was shown. Answers again what became of the order when finalised before.
        """
        now = self._clock()
        payments.settle_due(self._storage, now)
        with self._storage.writing() as connection:
            row = sca.locked_row(connection, authorisation_id)
            if row.sca_status == ScaStatus.FINALISED:
                return payments.find_in(connection, row.payment_id)
            sca.require_open(row)
            person = _person(row.psu_id)
            if row.order_fingerprint != order.fingerprint():
                raise OutOfTurn("the PSU was shown another order")
            if person.methods:
                if row.sca_status != ScaStatus.SCA_METHOD_SELECTED:
                    raise OutOfTurn("no method is chosen yet")
                if tan != TAN:
                    return WrongTan(sca.count_wrong_tan(connection, authorisation_id))
            debtor = accounts.debtor_account(order, person.psu_id)
            if debtor is None:
                raise OutOfTurn("there is no account to debit")
            sca.close(connection, authorisation_id, ScaStatus.FINALISED)
            return payments.take_in(connection, order, debtor, now)

    def decline(self, authorisation_id: str, order: Order) -> Executed:
        """The PSU does not want it: authorisation failed, order RJCT; may be repeated.

        An order executed before stays executed, and the answer says so. Raises
        AuthorisationClosed when the authorisation failed otherwise, OutOfTurn before the log-in.
        """
        with self._storage.writing() as connection:
            row = sca.locked_row(connection, authorisation_id)
            status = ScaStatus(row.sca_status)
            if row.payment_id != order.payment_id:
                raise OutOfTurn("the authorisation belongs to another payment")
            _person(row.psu_id)
            if not status.closed:
                sca.close(connection, authorisation_id, ScaStatus.FAILED)
                return payments.reject(connection, order, payments.DECLINED, self._clock())
        outcome = payments.find(self._storage, order.payment_id, self._clock())
        if outcome is None:
            raise AuthorisationClosed(status)
        return outcome

    def payment_status(self, payment_id: str) -> OrderStatus | None:
        """The order's status now; None while nobody has authorised or declined it."""
        outcome = payments.find(self._storage, payment_id, self._clock())
        return outcome.status if outcome else None

    def sca_status(self, authorisation_id: str) -> ScaStatus | None:
        """The authorisation's status; None while nobody has visited the bank for it."""
        with self._storage.reading() as connection:
            row = sca.read_row(connection, authorisation_id)
        return ScaStatus(row.sca_status) if row is not None else None

    def progress(self, authorisation_id: str) -> Progress | None:
        """Everything about an authorisation; None while nobody has visited the bank for it."""
        with self._storage.reading() as connection:
            row = sca.read_row(connection, authorisation_id)
        if row is None:
            return None
        method = _person(row.psu_id).method(row.method_id) if row.psu_id else None
        return Progress(
            payment_id=row.payment_id,
            sca_status=ScaStatus(row.sca_status),
            psu_id=row.psu_id,
            claimed_psu_id=row.claimed_psu_id,
            challenge=sca.challenge_for(method) if method else None,
            outcome=payments.find(self._storage, row.payment_id, self._clock()),
        )

    def settle_due(self, now: datetime) -> int:
        """Move the orders whose time has come by `now`; answers how many moves that took."""
        return payments.settle_due(self._storage, now)

    def person(self, psu_id: str) -> Person | None:
        """The customer with this PSU-ID."""
        return PERSON_BY_ID.get(psu_id)

    def debtor_account(self, order: Order, psu_id: str) -> Account | None:
        """The account that would pay. Raises OrderRefused when the PSU has none for it."""
        return accounts.debtor_account(order, psu_id)

    def accounts_of(self, psu_id: str) -> tuple[AccountWithBalance, ...]:
        """The PSU's accounts with their balances now; nothing for an unknown PSU."""
        payments.settle_due(self._storage, self._clock())
        person = PERSON_BY_ID.get(psu_id)
        with self._storage.reading() as connection:
            return accounts.with_balances(connection, person.accounts if person else ())

    def statement_of(self, psu_id: str, *, lines: int = 10) -> tuple[Booking, ...]:
        """The newest bookings on the PSU's accounts, newest first."""
        payments.settle_due(self._storage, self._clock())
        person = PERSON_BY_ID.get(psu_id)
        with self._storage.reading() as connection:
            return accounts.statement_of(connection, person.accounts if person else (), lines=lines)


def _person(psu_id: str | None) -> Person:
    if psu_id is None:
        raise OutOfTurn("nobody has logged in yet")
    return PERSON_BY_ID[psu_id]
