"""The sandbox bank, as its connector and its online banking see it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, overload

from sandbox.core import (
    accounts,
    cancellations,
    deeds,
    examining,
    ledger,
    payments,
    pushes,
    sca,
    settling,
)
from sandbox.core.access import AccessDesk
from sandbox.core.accounts import AccountWithBalance
from sandbox.core.authorising import LockedAuthorisation, is_exempted
from sandbox.core.cancellations import CancellationAsked
from sandbox.core.deeds import Deed, Ending
from sandbox.core.ledger import Booking
from sandbox.core.magic import Misbehaviour, misbehaviour_for
from sandbox.core.orders import (
    BankUnavailable,
    Examined,
    Executed,
    Order,
    OrderRefused,
    OrderStatus,
)
from sandbox.core.people import PERSON_BY_ID, Account, Person, who_knows
from sandbox.core.purposes import Purpose
from sandbox.core.pushes import Push
from sandbox.core.sca import (
    AwaitsConfirmation,
    Challenge,
    LoggedIn,
    NotYourAccount,
    OutOfTurn,
    ScaStatus,
    WrongCredentials,
)
from sandbox.core.settling import Report
from sandbox.core.storage import Storage

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]
NewCode = Callable[[], str]

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an authorisation has come at the bank, and what became of its order.

    `psu_id` and `order`, as the PSU was shown it, are set once the bank knows the PSU.
    `declined`: it has failed because the PSU said no.
    """

    payment_id: str
    purpose: Purpose
    sca_status: ScaStatus
    declined: bool
    psu_id: str | None
    order: Order | None
    challenge: Challenge | None
    outcome: Executed | None


class Bank:
    """All that the bank does. Each method may raise BankUnavailable.

    `clock` tells the time, aware and in UTC; `sleep` waits for some seconds (it is used by the
    magic amount for slowness only); `new_code` makes a confirmation code that nobody can guess.
    """

    def __init__(self, storage: Storage, *, clock: Clock, sleep: Sleep, new_code: NewCode) -> None:
        self._storage = storage
        self._clock = clock
        self._sleep = sleep
        self._new_code = new_code
        self.access = AccessDesk(storage)

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
        return examining.misbehave(order, self._sleep) or examining.examine(
            self._storage,
            order,
            psu_id=psu_id,
            now=self._clock(),
            check_funds=reject_without_funds,
        )

    def log_in(
        self,
        authorisation_id: str,
        psu_id: str,
        password: str,
        order: Order,
        *,
        purpose: Purpose = Purpose.PAY,
    ) -> LoggedIn | WrongCredentials | NotYourAccount:
        """First factor. The third wrong try closes the authorisation for good.

        Raises AuthorisationClosed for one that is closed already, OutOfTurn for one that was
        begun for another payment or purpose.
        """
        person = who_knows(psu_id, password)
        with self._storage.writing() as connection:
            row = sca.open_row(connection, authorisation_id, order.payment_id, purpose)
            if person is None:
                left = sca.count_wrong_password(connection, authorisation_id)
                return WrongCredentials(left)
            if row.psu_id not in {None, psu_id}:
                return NotYourAccount("Somebody else has begun to authorise this payment.")
            try:
                payments.ensure_may_decide(connection, order, psu_id)
            except OrderRefused as refusal:
                return NotYourAccount(refusal.text)
            if row.sca_status != ScaStatus.UNCONFIRMED:
                sca.authenticate(connection, authorisation_id, person, order)
        return LoggedIn(person.name, person.methods, exempted=is_exempted(order, purpose))

    def select_method(self, authorisation_id: str, method_id: str) -> Challenge:
        """Send a TAN by one of the PSU's methods, or ask on the phone; may be repeated, also with
        another one.

        Raises AuthorisationClosed, OutOfTurn before the log-in or after the second factor, and
        MethodUnknown.
        """
        now = self._clock()
        with self._storage.writing() as connection:
            row = sca.locked_row(connection, authorisation_id)
            method = sca.require_choice(row, method_id)
            sca.select_method(connection, authorisation_id, method, now)
        return sca.challenge_for(method)

    def request_push(
        self, authorisation_id: str, psu_id: str | None, order: Order, purpose: Purpose
    ) -> Challenge:
        """Ask the PSU on the phone at once, without a log-in; may be repeated.

        Raises OrderRefused where the PSU is not known, has no banking app or nothing to do with
        the account; AuthorisationClosed and OutOfTurn.
        """
        person = PERSON_BY_ID.get(psu_id or "")
        if person is None:
            raise OrderRefused("PSU_CREDENTIALS_INVALID", "The PSU is not known to this bank.")
        if person.app is None:
            raise OrderRefused("SCA_METHOD_UNKNOWN", "The PSU does not use the banking app.")
        now = self._clock()
        with self._storage.writing() as connection:
            row = sca.open_row(connection, authorisation_id, order.payment_id, purpose)
            if row.sca_status not in {ScaStatus.RECEIVED, ScaStatus.STARTED}:
                raise OutOfTurn("the PSU has begun to authorise elsewhere")
            payments.ensure_may_decide(connection, order, person.psu_id)
            sca.start_on_phone(connection, authorisation_id, person, order, now=now)
        return sca.challenge_for(person.app)

    @overload
    def authorise(
        self, authorisation_id: str, order: Order, tan: str | None, *, deed_id: str | None = None
    ) -> Ending: ...

    @overload
    def authorise(
        self, authorisation_id: str, order: Order, tan: str | None, *, confirmation: bool
    ) -> Ending | AwaitsConfirmation: ...

    def authorise(
        self,
        authorisation_id: str,
        order: Order,
        tan: str | None,
        *,
        deed_id: str | None = None,
        confirmation: bool = False,
    ) -> Ending | AwaitsConfirmation:
        """Second factor, then what the authorisation is for: execution, once per payment however
        often this is called, or cancellation.

        `tan` is None where the bank asks for no second factor. With `confirmation` nothing is
        done yet: the bank waits for a code, a new one whenever this is called. Under a `deed_id`
        it answers what it answered first.

        Answers again what became of the order when finalised before. Raises AuthorisationClosed
        for a failed authorisation; OutOfTurn when a step is missing or the order is not the one
        the PSU was shown; DeedRefused; OrderRefused for what cannot be cancelled (any more).
        """
        with self._locked(authorisation_id) as authorisation:
            if confirmation:
                return authorisation.ask_for_code(order, tan, self._new_code())
            ending = authorisation.once(deed_id, lambda: authorisation.authorise(order, tan))
        return _unless_lost(order, ending)

    def confirm(
        self, authorisation_id: str, order: Order, code: str | None, *, deed_id: str
    ) -> Ending:
        """The TPP has sent the confirmation code; without one the server has checked it itself.

        A wrong one ends the authorisation, and its payment is rejected. Raises as `authorise`.
        """
        with self._locked(authorisation_id) as authorisation:
            ending = authorisation.once(deed_id, lambda: authorisation.confirm(order, code))
        return _unless_lost(order, ending)

    def fail_confirmation(self, authorisation_id: str) -> Executed:
        """The server has found the code wrong: authorisation failed, and its payment rejected.

        Raises AuthorisationClosed when it is finalised, OutOfTurn when no code is awaited.
        """
        with self._locked(authorisation_id) as authorisation:
            return authorisation.fail_confirmation()

    def decline(self, authorisation_id: str, order: Order) -> Executed:
        """The PSU does not want it: authorisation failed, order RJCT; may be repeated. Who
        declines a cancellation leaves the order as it is (RCVD: nobody has authorised it).

        What was done before stays done, and the answer says so. Raises AuthorisationClosed when
        the authorisation failed otherwise, OutOfTurn before the log-in.
        """
        with self._locked(authorisation_id) as authorisation:
            return authorisation.decline(order)

    def pushes_of(self, psu_id: str) -> tuple[Push, ...]:
        """What waits on this person's phone, oldest first."""
        settling.settle_due(self._storage, self._clock())
        with self._storage.reading() as connection:
            return pushes.waiting_for(connection, psu_id)

    def approve_push(self, authorisation_id: str, psu_id: str) -> Executed:
        """The PSU says yes on the phone, which is the second factor itself.

        Answers again what became of the order when approved before. Raises AuthorisationClosed,
        OutOfTurn when this PSU was not asked there, OrderRefused as `authorise`.
        """
        with self._locked(authorisation_id) as authorisation:
            outcome = authorisation.approve_on_phone(psu_id)
        return _unless_lost(authorisation.order, outcome)

    def decline_push(self, authorisation_id: str, psu_id: str) -> Executed:
        """The PSU says no on the phone; as `decline`."""
        with self._locked(authorisation_id) as authorisation:
            return authorisation.decline_on_phone(psu_id)

    def ask_for_cancellation(self, payment_id: str) -> CancellationAsked:
        """Where the order stands, and whether the PSU must authorise its cancellation."""
        settling.settle_due(self._storage, self._clock())
        with self._storage.reading() as connection:
            return cancellations.look(connection, payment_id)

    def cancel(
        self, order: Order, *, deed_id: str, only_while: OrderStatus | None = None
    ) -> Ending:
        """Cancel without SCA, once; an order that nobody has authorised never can be then.

        With `only_while` (RCVD: nobody has authorised it; or PATC) it is refused when the order
        has moved on since. Raises OrderRefused then, where it is too late, or the PSU must be
        asked; and DeedRefused.
        """
        now = self._clock()
        settling.settle_due(self._storage, now)
        deed = Deed(deed_id, order.payment_id, Purpose.CANCEL)
        with self._storage.writing() as connection:
            return deeds.once(
                connection,
                deed,
                lambda: cancellations.cancel_without_sca(
                    connection, order, only_while=only_while, now=now
                ),
            )

    def outcome_of(self, deed: Deed) -> Ending | None:
        """What became of a deed. None: it was not done, and never will be under this id.

        Raises DeedRefused when its id was used for something else.
        """
        with self._storage.writing() as connection:
            return deeds.outcome_of(connection, deed)

    def payment_status(self, payment_id: str) -> OrderStatus | None:
        """The order's status now; None while nobody has authorised, declined or cancelled it."""
        outcome = self.report(payment_id).outcome
        return outcome.status if outcome else None

    def report(self, payment_id: str) -> Report:
        """Where an order stands now, and whether its money is there."""
        return settling.find(self._storage, payment_id, self._clock())

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
        method = PERSON_BY_ID[row.psu_id].method(row.method_id) if row.psu_id else None
        return Progress(
            payment_id=row.payment_id,
            purpose=Purpose(row.purpose),
            sca_status=ScaStatus(row.sca_status),
            declined=row.declined,
            psu_id=row.psu_id,
            order=Order.from_text(row.order_shown) if row.order_shown else None,
            challenge=sca.challenge_for(method) if method else None,
            outcome=settling.find(self._storage, row.payment_id, self._clock()).outcome,
        )

    def settle_due(self, now: datetime) -> int:
        """Move the orders whose time has come by `now`; answers how many moves that took."""
        return settling.settle_due(self._storage, now)

    def person(self, psu_id: str) -> Person | None:
        """The customer with this PSU-ID."""
        return PERSON_BY_ID.get(psu_id)

    def debtor_account(self, order: Order, psu_id: str) -> Account | None:
        """The account that would pay. Raises OrderRefused when the PSU has none for it."""
        return accounts.debtor_account(order, psu_id)

    def accounts_of(self, psu_id: str) -> tuple[AccountWithBalance, ...]:
        """The PSU's accounts with their balances now; nothing for an unknown PSU."""
        settling.settle_due(self._storage, self._clock())
        person = PERSON_BY_ID.get(psu_id)
        with self._storage.reading() as connection:
            return accounts.with_balances(connection, person.accounts if person else ())

    def statement_of(self, psu_id: str, *, lines: int = 10) -> tuple[Booking, ...]:
        """The newest bookings on the PSU's accounts, newest first."""
        settling.settle_due(self._storage, self._clock())
        person = PERSON_BY_ID.get(psu_id)
        with self._storage.reading() as connection:
            return ledger.statement_of(connection, person.accounts if person else (), lines=lines)

    @contextmanager
    def _locked(self, authorisation_id: str) -> Iterator[LockedAuthorisation]:
        """What is due is settled first, so that the order is seen as it stands now."""
        now = self._clock()
        settling.settle_due(self._storage, now)
        with self._storage.writing() as connection:
            yield LockedAuthorisation(connection, sca.locked_row(connection, authorisation_id), now)


def _unless_lost(order: Order, answer: A) -> A:
    """The answer, unless the amount makes it get lost on its way when the order is executed."""
    lost = misbehaviour_for(order.amount) is Misbehaviour.ANSWER_LOST
    if lost and isinstance(answer, Executed) and answer.first:
        raise BankUnavailable("a magic amount: it is done, and the answer is lost")
    return answer
