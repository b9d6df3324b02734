"""The connector of the sandbox bank: turns the port's words into the bank's own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.money import Amount
from cms.domain.statuses import ScaStatus, TransactionStatus
from sandbox.core.bank import Bank
from sandbox.core.deeds import Deed, DeedRefused, Ending
from sandbox.core.orders import (
    BankUnavailable,
    Examined,
    Executed,
    Order,
    OrderRefused,
    OrderStatus,
)
from sandbox.core.people import TAN
from sandbox.core.people import ScaMethod as OwnMethod
from sandbox.core.purposes import Purpose
from sandbox.core.sca import (
    AuthorisationClosed,
    Challenge,
    LoggedIn,
    MethodUnknown,
    NotYourAccount,
    OutOfTurn,
    WrongCredentials,
    WrongTan,
)
from sandbox.core.sca import ScaStatus as OwnScaStatus
from sandbox.core.storage import Storage
from spi.answers import Answer, BankCode, BankError, Done, Refused, Unknown
from spi.registry import ConnectorParts
from spi.sandbox_orders import order_of
from spi.types import (
    Authenticated,
    AuthorisationRef,
    AuthorisationStarted,
    BankContext,
    BankDeed,
    CancellationBegun,
    ChallengeData,
    CodeConfirmed,
    ConfirmationCode,
    Initiated,
    MethodSelected,
    NoScaNeeded,
    NotAuthorised,
    Outcome,
    PaymentRef,
    PaymentStatusReport,
    PaymentToAuthorise,
    PaymentToInitiate,
    Proof,
    PsuCredentials,
    ScaCode,
    ScaMethod,
    ScaStatusReport,
)

V = TypeVar("V")

DATABASE_VARIABLE = "SANDBOX_BANK_DATABASE_URL"

_PURPOSES: Final = {
    AuthorisationKind.PIS_CREATION: Purpose.PAY,
    AuthorisationKind.PIS_CANCELLATION: Purpose.CANCEL,
}


class SandboxConnector:
    """The sandbox bank behind the plug."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def initiate_payment(self, ctx: BankContext, payment: PaymentToInitiate) -> Answer[Initiated]:
        """The bank looks at the order; it books nothing before the PSU has authorised it."""
        return _answer(ctx, lambda: self._examined(ctx, payment))

    def _examined(self, ctx: BankContext, payment: PaymentToInitiate) -> Answer[Initiated]:
        order = order_of(payment)
        examined = self._bank.examine(
            order,
            psu_id=ctx.psu.psu_id if ctx.psu else None,
            reject_without_funds=payment.reject_without_funds,
        )
        return Done(_initiated(order, examined))

    def read_payment_status(
        self, ctx: BankContext, payment: PaymentRef
    ) -> Answer[PaymentStatusReport]:
        """The order's status; what nobody has decided at the bank yet stays as it is."""

        def read() -> Answer[PaymentStatusReport]:
            report = self._bank.report(payment.payment_id)
            status = report.outcome.status if report.outcome else payment.status
            return Done(PaymentStatusReport(TransactionStatus(status), report.funds_available))

        return _answer(ctx, read)

    def start_authorisation(
        self, ctx: BankContext, payment: PaymentToAuthorise, authorisation: AuthorisationRef
    ) -> Answer[AuthorisationStarted]:
        """Decoupled: the PSU is asked on the phone. The online banking knows a PSU's visit from
        the CMS, so there is nothing to prepare otherwise.
        """
        return _answer(ctx, lambda: self._started(payment, authorisation))

    def _started(
        self, payment: PaymentToAuthorise, authorisation: AuthorisationRef
    ) -> Answer[AuthorisationStarted]:
        if authorisation.sca_approach is not Approach.DECOUPLED:
            return Done(AuthorisationStarted())
        challenge = self._bank.request_push(
            authorisation.authorisation_id,
            authorisation.psu.psu_id if authorisation.psu else None,
            order_of(payment),
            _PURPOSES[authorisation.kind],
        )
        return Done(AuthorisationStarted(challenge.text, status=ScaStatus.STARTED))

    def read_sca_status(
        self, ctx: BankContext, payment: PaymentRef, authorisation: AuthorisationRef
    ) -> Answer[ScaStatusReport]:
        """How far the PSU has come at the bank, if it has begun there."""

        def read() -> Answer[ScaStatusReport]:
            status = self._bank.sca_status(authorisation.authorisation_id)
            return Done(ScaStatusReport(ScaStatus(status) if status else None))

        return _answer(ctx, read)

    def authenticate_psu(
        self,
        ctx: BankContext,
        payment: PaymentToAuthorise,
        authorisation: AuthorisationRef,
        credentials: PsuCredentials,
    ) -> Answer[Authenticated]:
        """The PSU's password, and what comes next."""

        def authenticate() -> Answer[Authenticated]:
            outcome = self._bank.log_in(
                authorisation.authorisation_id,
                credentials.psu.psu_id or "",
                credentials.password,
                order_of(payment),
                purpose=_PURPOSES[authorisation.kind],
            )
            match outcome:
                case WrongCredentials(tries_left=left):
                    return _wrong("PSU-ID or password is not right.", left)
                case NotYourAccount(text=text):
                    return _no(BankCode.PSU_CREDENTIALS_INVALID, text)
                case LoggedIn(methods=methods, exempted=exempted):
                    return Done(Authenticated(tuple(map(method_of, methods)), exempted))

        return _answer(ctx, authenticate)

    def select_sca_method(
        self,
        ctx: BankContext,
        payment: PaymentToAuthorise,
        authorisation: AuthorisationRef,
        method_id: str,
    ) -> Answer[MethodSelected]:
        """A TAN is on its way, or the question is on the phone."""

        def select() -> Answer[MethodSelected]:
            challenge = self._bank.select_method(authorisation.authorisation_id, method_id)
            return Done(_selected(challenge))

        return _answer(ctx, select)

    def execute_payment(self, ctx: BankContext, deed: BankDeed, proof: Proof) -> Answer[Outcome]:
        """The bank checks the proof and executes; in a joint account only after the last PSU."""
        return _answer(ctx, lambda: self._carry_out(deed, proof, Purpose.PAY))

    def cancel_payment(self, ctx: BankContext, deed: BankDeed, proof: Proof) -> Answer[Outcome]:
        """The bank checks the proof and cancels; without an authorisation if it insists on none."""

        def cancel() -> Answer[Outcome]:
            if deed.authorisation is not None:
                return self._carry_out(deed, proof, Purpose.CANCEL)
            match proof:
                case NoScaNeeded():
                    while_it_is = None
                case NotAuthorised():
                    while_it_is = OrderStatus(deed.payment.status)
                case _:
                    return _no(BankCode.SCA_INVALID, "Nobody has authorised this cancellation.")
            order = order_of(deed.payment)
            return _outcome(self._bank.cancel(order, deed_id=deed.deed_id, only_while=while_it_is))

        return _answer(ctx, cancel)

    def outcome_of(self, ctx: BankContext, deed: BankDeed) -> Answer[Outcome]:
        """What the bank has noted under this id; if nothing, it never will."""

        def ask() -> Answer[Outcome]:
            kind = deed.authorisation.kind if deed.authorisation else None
            purpose = _PURPOSES[kind] if kind else Purpose.CANCEL
            ending = self._bank.outcome_of(Deed(deed.deed_id, deed.payment.payment_id, purpose))
            if ending is None:
                return _no(BankCode.STATUS_INVALID, "The bank has not done it, and will not.")
            return _outcome(ending)

        return _answer(ctx, ask)

    def begin_cancellation(
        self, ctx: BankContext, payment: PaymentRef
    ) -> Answer[CancellationBegun]:
        """Where the order stands at the bank. Nothing is cancelled yet."""

        def begin() -> Answer[CancellationBegun]:
            asked = self._bank.ask_for_cancellation(payment.payment_id)
            status = TransactionStatus(asked.status) if asked.status else None
            return Done(CancellationBegun(status, authorisation_mandated=asked.mandated))

        return _answer(ctx, begin)

    def confirmation_failed(
        self, ctx: BankContext, payment: PaymentRef, authorisation: AuthorisationRef
    ) -> Answer[PaymentStatusReport]:
        """The payment is rejected; one that was to be cancelled stays what it is."""

        def fail() -> Answer[PaymentStatusReport]:
            self._bank.fail_confirmation(authorisation.authorisation_id)
            status = self._bank.payment_status(payment.payment_id)
            return Done(PaymentStatusReport(TransactionStatus(status or payment.status)))

        return _answer(ctx, fail)

    def _carry_out(self, deed: BankDeed, proof: Proof, purpose: Purpose) -> Answer[Outcome]:
        authorisation, order = deed.authorisation, order_of(deed.payment)
        if authorisation is None or _PURPOSES[authorisation.kind] is not purpose:
            return _no(BankCode.SCA_INVALID, "The PSU has authorised nothing of this kind.")
        at, deed_id = authorisation.authorisation_id, deed.deed_id
        match proof:
            case ScaCode(code=tan):
                return _outcome(self._bank.authorise(at, order, tan, deed_id=deed_id))
            case NoScaNeeded():
                return _outcome(self._bank.authorise(at, order, None, deed_id=deed_id))
            case ConfirmationCode(code=code):
                ending = self._bank.confirm(at, order, code, deed_id=deed_id)
                return _outcome(ending, wrong=BankCode.SCA_INVALID)
            case CodeConfirmed():
                return _outcome(self._bank.confirm(at, order, None, deed_id=deed_id))
            case NotAuthorised():
                return _no(BankCode.SCA_INVALID, "This proves nothing about an authorisation.")


def connector(parts: ConnectorParts) -> SandboxConnector:
    """Entry point `sandbox`. The bank's books are found by SANDBOX_BANK_DATABASE_URL."""
    storage = Storage(parts.environment[DATABASE_VARIABLE])
    return SandboxConnector(
        Bank(storage, clock=parts.clock, sleep=parts.sleep, new_code=_no_code_from_here)
    )


def _no_code_from_here() -> str:
    """The PSU gets a confirmation code on the bank's pages; here codes are only checked."""
    raise OutOfTurn("confirmation codes are given out by the online banking")


def method_of(method: OwnMethod) -> ScaMethod:
    """The bank's second factor, as the TPP is told of it."""
    return ScaMethod(
        authentication_method_id=method.id,
        authentication_type=method.type,
        name=method.name,
        explanation=method.target,
        decoupled=method.decoupled,
    )


def _initiated(order: Order, examined: Examined) -> Initiated:
    """What costs nothing is told too; of an order that is rejected there is nothing to charge."""
    taken_in = Initiated(
        status=TransactionStatus(examined.status),
        bank_reference=examined.bank_reference,
        aspsp_account_id=examined.account_id,
        psu_message=examined.reason or None,
        multilevel=examined.multilevel,
    )
    if examined.status is OrderStatus.RJCT:
        return taken_in
    if not examined.fee:
        return replace(taken_in, transaction_fee_indicator=False)
    return replace(
        taken_in,
        transaction_fee_indicator=True,
        transaction_fees=Amount(examined.fee, order.currency),
        estimated_total_amount=Amount(order.amount + examined.fee, order.currency),
    )


def _selected(challenge: Challenge) -> MethodSelected:
    method = method_of(challenge.method)
    if method.decoupled:
        return MethodSelected(method, psu_message=challenge.text)
    asked = ChallengeData(
        otp_max_length=len(TAN), otp_format="integer", additional_information=challenge.text
    )
    return MethodSelected(method, asked)


def _outcome(ending: Ending, wrong: BankCode = BankCode.PSU_CREDENTIALS_INVALID) -> Answer[Outcome]:
    match ending:
        case WrongTan(tries_left=left):
            return _wrong("The code is not right.", left, wrong)
        case Executed(status=status, reason=reason):
            return Done(Outcome(TransactionStatus(status), psu_message=reason or None))


def _wrong(
    text: str, tries_left: int, code: BankCode = BankCode.PSU_CREDENTIALS_INVALID
) -> Refused:
    tries = {0: "It was the last try.", 1: "There is one try left."}
    told = f"{text} {tries.get(tries_left, f'There are {tries_left} tries left.')}"
    return Refused((BankError(code, told),), ends_authorisation=tries_left == 0)


def _no(code: BankCode, text: str) -> Refused:
    return Refused((BankError(code, text),))


def _answer(ctx: BankContext, question: Callable[[], Answer[V]]) -> Answer[V]:
    """What the bank raises, as an answer. It has issued no access token: what it is to judge, it
    does not know.
    """
    if ctx.access_token is not None and not ctx.token_judged:
        return _no(BankCode.TOKEN_UNKNOWN, "The bank has not issued this access token.")
    try:
        return question()
    except OrderRefused as refusal:
        return _no(BankCode(refusal.reason_code), refusal.text)
    except AuthorisationClosed as closed:
        failed = closed.sca_status is OwnScaStatus.FAILED
        error = BankError(BankCode.STATUS_INVALID, f"At the bank, {closed}.")
        return Refused((error,), ends_authorisation=failed)
    except MethodUnknown:
        return _no(BankCode.SCA_METHOD_UNKNOWN, "The PSU has no such method.")
    except OutOfTurn as fault:
        return _no(BankCode.SCA_INVALID, f"The bank expects another step: {fault}.")
    except DeedRefused as fault:
        return _no(BankCode.STATUS_INVALID, f"The bank does not do this: {fault}.")
    except BankUnavailable as error:
        return Unknown(str(error))
