"""Payment orders of any service and format, as the sandbox bank's own."""

from collections.abc import Iterator
from datetime import UTC

from cms.domain.payment_order import CreditTransfer, StandingOrder
from cms.domain.payment_service import PaymentService
from sandbox.core import quick_transfers
from sandbox.core.orders import Order, OrderRefused, Transfer
from sandbox.core.orders import StandingOrder as OwnStandingOrder
from spi.answers import BankCode
from spi.types import PaymentToAuthorise, PaymentToInitiate

_BULK = PaymentService.BULK_PAYMENTS


def order_of(payment: PaymentToInitiate | PaymentToAuthorise) -> Order:
    """The order as the bank keeps it: one account pays, on one day. A standing order has days of
    its own, whatever else its document names.

    Raises OrderRefused for what is not so, and for accounts without an IBAN.
    """
    asked = payment.order
    if payment.product == quick_transfers.PRODUCT:
        if payment.service is not PaymentService.PAYMENTS:
            raise OrderRefused(BankCode.PRODUCT_UNKNOWN, "Quick transfers are single payments.")
        return quick_transfers.read(payment.payment_id, asked.document.body)
    if not asked.transfers:
        raise OrderRefused(BankCode.PRODUCT_UNKNOWN, f"The bank does not offer {payment.product}.")
    standing = asked.standing_order
    debtor_iban, debtor_currency = _debtor(asked.transfers)
    moments = {(of.requested_execution_date, of.requested_execution_time) for of in asked.transfers}
    if len(moments) > 1:
        raise OrderRefused(
            BankCode.PAYMENT_FAILED, "The bank executes all transfers of an order on one day."
        )
    day, moment = (None, None) if standing else moments.pop()
    return Order(
        payment_id=payment.payment_id,
        product=payment.product,
        debtor_iban=debtor_iban,
        debtor_currency=debtor_currency,
        transfers=tuple(map(_transfer, asked.transfers)),
        requested_execution_date=day,
        requested_execution_time=moment.astimezone(UTC) if moment else None,
        standing=_standing(standing) if standing else None,
        batch_booking=payment.service is _BULK and asked.batch_booking_preferred is True,
    )


def _debtor(transfers: tuple[CreditTransfer, ...]) -> tuple[str | None, str | None]:
    debtors = {transfer.debtor_account for transfer in transfers}
    if len(debtors) > 1:
        raise OrderRefused(
            BankCode.PAYMENT_FAILED, "The bank debits one account for all transfers of an order."
        )
    (debtor,) = debtors
    if debtor is None:
        return None, None
    if debtor.iban is None:
        raise _not_an_iban()
    return debtor.iban, debtor.currency


def _transfer(transfer: CreditTransfer) -> Transfer:
    if transfer.creditor_account.iban is None:
        raise _not_an_iban()
    return Transfer(
        creditor_iban=transfer.creditor_account.iban,
        creditor_name=transfer.creditor_name,
        amount=transfer.instructed_amount.value,
        currency=transfer.instructed_amount.currency,
        remittance="\n".join(_remittances(transfer)) or None,
    )


def _remittances(transfer: CreditTransfer) -> Iterator[str]:
    yield from transfer.remittance_information_unstructured
    yield from (each.reference for each in transfer.remittance_information_structured)


def _standing(asked: StandingOrder) -> OwnStandingOrder:
    return OwnStandingOrder(
        start=asked.start_date,
        frequency=asked.frequency.value,
        end=asked.end_date,
        rule=asked.execution_rule.value if asked.execution_rule else None,
        day=asked.day_of_execution,
        months=asked.months_of_execution,
    )


def _not_an_iban() -> OrderRefused:
    return OrderRefused(BankCode.PAYMENT_FAILED, "The bank knows accounts by IBAN only.")
