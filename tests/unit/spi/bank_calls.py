"""What the tests of the sandbox connector share: payments, and the calls of the port in short."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.money import AccountReference, Amount
from cms.domain.parties import PsuId, Tpp
from cms.domain.payment_order import CreditTransfer, Document, PaymentOrder
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.service.bank_states import HeldState
from sandbox.core.bank import Bank
from sandbox.core.sca import AwaitsConfirmation
from spi.answers import Answer, BankCode, Done, Refused
from spi.sandbox import SandboxConnector
from spi.sandbox_orders import order_of
from spi.types import (
    Authenticated,
    AuthorisationRef,
    BankContext,
    BankDeed,
    MethodSelected,
    Outcome,
    PaymentRef,
    PaymentToAuthorise,
    Proof,
    PsuCredentials,
)
from spi.types import PaymentToInitiate as Payment

ANTON = "DE80760700240271232400"
MARION = "DE69760700240340283600"
DORA = "DE02100100109307118603"
JOINT = "DE32760700240271232100"
ANTONS, DORAS, MARIONS = "anton.brueckner", "dora.push", "marion.mueller"
TODAY = date(2026, 3, 2)
CTX = BankContext(Tpp("PSDDE-FAKENCA-1", "DE-FAKENCA"), "UNDEFINED", "99391c7e", state=HeldState())
CREATION, CANCELLATION = AuthorisationKind.PIS_CREATION, AuthorisationKind.PIS_CANCELLATION
AUTHORISATION = AuthorisationRef("authorisation-1", CREATION, Approach.EMBEDDED, ScaStatus.RECEIVED)
CANCELLING = replace(AUTHORISATION, authorisation_id="cancelling-1", kind=CANCELLATION)
RCVD, PATC, ACCP, ACSC, RJCT, CANC = (
    TransactionStatus.RCVD,
    TransactionStatus.PATC,
    TransactionStatus.ACCP,
    TransactionStatus.ACSC,
    TransactionStatus.RJCT,
    TransactionStatus.CANC,
)
SEPA = "sepa-credit-transfers"


@dataclass
class Clock:
    now: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    slept: float = 0

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


def payment(
    amount: str = "12.50", product: str = "instant-sepa-credit-transfers", **transfer: Any
) -> Payment:
    made = CreditTransfer(
        instructed_amount=Amount(Decimal(amount), "EUR"),
        creditor_account=AccountReference(iban=MARION),
        creditor_name="Marion Mueller",
        debtor_account=AccountReference(iban=ANTON),
    )
    order = PaymentOrder(Document("application/json", b"{}"), (replace(made, **transfer),))
    return Payment("payment-1", PaymentService.PAYMENTS, product, order)


def ref(made: Payment, status: TransactionStatus = RCVD) -> PaymentRef:
    return PaymentRef(made.payment_id, made.service, made.product, status)


def to_authorise(made: Payment) -> PaymentToAuthorise:
    return PaymentToAuthorise(made.payment_id, made.service, made.product, RCVD, order=made.order)


def paid_from(iban: str, amount: str = "12.50", product: str = SEPA) -> Payment:
    creditor = AccountReference(iban=ANTON if iban == MARION else MARION)
    debtor = AccountReference(iban=iban)
    return payment(amount, product, debtor_account=debtor, creditor_account=creditor)


def log_in(
    connector: SandboxConnector,
    made: Payment,
    psu_id: str = ANTONS,
    password: str = "12345",
    *,
    at: AuthorisationRef = AUTHORISATION,
) -> Answer[Authenticated]:
    credentials = PsuCredentials(PsuId(psu_id), password)
    return connector.authenticate_psu(CTX, to_authorise(made), at, credentials)


def select(
    connector: SandboxConnector,
    made: Payment,
    method_id: str = "sms",
    *,
    at: AuthorisationRef = AUTHORISATION,
) -> Answer[MethodSelected]:
    return connector.select_sca_method(CTX, to_authorise(made), at, method_id)


def come_to_tan(
    connector: SandboxConnector,
    made: Payment,
    psu_id: str = ANTONS,
    *,
    at: AuthorisationRef = AUTHORISATION,
) -> None:
    log_in(connector, made, psu_id, at=at)
    if psu_id != MARIONS:
        select(connector, made, at=at)


def execute(
    connector: SandboxConnector,
    made: Payment,
    proof: Proof,
    deed_id: str = "deed-1",
    *,
    at: AuthorisationRef = AUTHORISATION,
) -> Answer[Outcome]:
    return connector.execute_payment(CTX, BankDeed(deed_id, to_authorise(made), at), proof)


def cancel(
    connector: SandboxConnector,
    made: Payment,
    proof: Proof,
    *,
    at: AuthorisationRef | None = CANCELLING,
) -> Answer[Outcome]:
    return connector.cancel_payment(CTX, BankDeed("deed-9", to_authorise(made), at), proof)


def refused(
    answer: object, code: BankCode = BankCode.PSU_CREDENTIALS_INVALID, *, ends: bool = False
) -> bool:
    """Is it a refusal with this code, a text for the TPP, and this end?"""
    assert isinstance(answer, Refused), answer
    (error,) = answer.errors
    assert (error.code, answer.ends_authorisation) == (code, ends)
    return bool(error.text)


def authorise(bank: Bank, made: Payment) -> None:
    """What the online banking does with the bank when Anton confirms."""
    order = order_of(made)
    bank.log_in(AUTHORISATION.authorisation_id, ANTONS, "12345", order)
    bank.select_method(AUTHORISATION.authorisation_id, "sms")
    bank.authorise(AUTHORISATION.authorisation_id, order, "123456")


def status(connector: SandboxConnector, made: Payment) -> TransactionStatus:
    answer = connector.read_payment_status(CTX, ref(made))
    assert isinstance(answer, Done)
    return answer.value.status


def sca_status(connector: SandboxConnector) -> ScaStatus | None:
    answer = connector.read_sca_status(CTX, ref(payment()), AUTHORISATION)
    assert isinstance(answer, Done)
    return answer.value.status


def deed_of(made: Payment, at: AuthorisationRef | None = AUTHORISATION) -> BankDeed:
    return BankDeed("deed-1", to_authorise(made), at)


def await_confirmation(connector: SandboxConnector, bank: Bank, made: Payment) -> None:
    """What the online banking does where the profile mandates a confirmation."""
    come_to_tan(connector, made)
    at = AUTHORISATION.authorisation_id
    answer = bank.authorise(at, order_of(made), "123456", confirmation=True)
    assert answer == AwaitsConfirmation("the code")
