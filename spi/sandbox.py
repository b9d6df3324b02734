"""The connector of the sandbox bank: turns the port's words into the bank's own."""

from collections.abc import Callable
from typing import TypeVar

from cms.domain.statuses import ScaStatus, TransactionStatus
from sandbox.core.bank import Bank
from sandbox.core.orders import BankUnavailable, Order, OrderRefused
from sandbox.core.storage import Storage
from spi.answers import Answer, BankCode, BankError, Done, Refused, Unknown
from spi.registry import ConnectorParts
from spi.types import (
    AuthorisationRef,
    AuthorisationStarted,
    BankContext,
    Initiated,
    PaymentRef,
    PaymentStatusReport,
    PaymentToInitiate,
    ScaStatusReport,
)

V = TypeVar("V")

DATABASE_VARIABLE = "SANDBOX_BANK_DATABASE_URL"


class SandboxConnector:
    """The sandbox bank behind the plug."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def initiate_payment(self, ctx: BankContext, payment: PaymentToInitiate) -> Answer[Initiated]:
        """The bank looks at the order; it books nothing before the PSU has authorised it."""

        def examine() -> Initiated:
            examined = self._bank.examine(
                order_of(payment),
                psu_id=ctx.psu.psu_id if ctx.psu else None,
                reject_without_funds=payment.reject_without_funds,
            )
            return Initiated(
                status=TransactionStatus(examined.status),
                bank_reference=examined.bank_reference,
                aspsp_account_id=examined.account_id,
                psu_message=examined.reason or None,
            )

        return _answer(examine)

    def read_payment_status(
        self, ctx: BankContext, payment: PaymentRef
    ) -> Answer[PaymentStatusReport]:
        """The order's status; what the bank has not booked yet stays as it is."""

        def read() -> PaymentStatusReport:
            status = self._bank.payment_status(payment.payment_id)
            return PaymentStatusReport(TransactionStatus(status) if status else payment.status)

        return _answer(read)

    def start_authorisation(
        self, ctx: BankContext, payment: PaymentRef, authorisation: AuthorisationRef
    ) -> Answer[AuthorisationStarted]:
        """The online banking knows the PSU's visit from the CMS, so there is nothing to prepare."""
        return Done(AuthorisationStarted())

    def read_sca_status(
        self, ctx: BankContext, payment: PaymentRef, authorisation: AuthorisationRef
    ) -> Answer[ScaStatusReport]:
        """How far the PSU has come in the online banking, if it has begun."""

        def read() -> ScaStatusReport:
            status = self._bank.sca_status(authorisation.authorisation_id)
            return ScaStatusReport(ScaStatus(status) if status else None)

        return _answer(read)


def connector(parts: ConnectorParts) -> SandboxConnector:
    """Entry point `sandbox`. The bank's books are found by SANDBOX_BANK_DATABASE_URL."""
    storage = Storage(parts.environment[DATABASE_VARIABLE])
    return SandboxConnector(Bank(storage, clock=parts.clock, sleep=parts.sleep))


def order_of(payment: PaymentToInitiate) -> Order:
    """The transfer as the bank's order. Raises OrderRefused: this bank knows accounts by IBAN."""
    transfer = payment.transfer
    debtor, creditor = transfer.debtor_account, transfer.creditor_account
    if creditor.iban is None or (debtor is not None and debtor.iban is None):
        raise OrderRefused(BankCode.PAYMENT_FAILED, "The bank knows accounts by IBAN only.")
    return Order(
        payment_id=payment.payment_id,
        product=payment.product,
        debtor_iban=debtor.iban if debtor else None,
        debtor_currency=debtor.currency if debtor else None,
        creditor_iban=creditor.iban,
        creditor_name=transfer.creditor_name,
        amount=transfer.instructed_amount.value,
        currency=transfer.instructed_amount.currency,
        requested_execution_date=transfer.requested_execution_date,
    )


def _answer(question: Callable[[], V]) -> Answer[V]:
    try:
        return Done(question())
    except OrderRefused as refusal:
        return Refused((BankError(BankCode(refusal.reason_code), refusal.text),))
    except BankUnavailable as error:
        return Unknown(str(error))
