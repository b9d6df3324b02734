"""A payment whose time is over (P8), for whoever notices first: a TPP's reading, or the job."""

from cms.domain.errors import BeingCarriedOut, CancellationOfFinalised, ChangedMeanwhile
from cms.domain.intent import Deed
from cms.domain.payment import Payment
from cms.domain.statuses import Cause
from cms.service.intents import Subject
from spi.types import NotAuthorised
from xs2a.errors import BankRefused
from xs2a.flows.bank import demand
from xs2a.flows.deeds import Request, carry_out
from xs2a.flows.parts import Parts, TppContext
from xs2a.flows.refs import ref_of


def settle_overdue(parts: Parts, ctx: TppContext, payment: Payment) -> Payment:
    """The PSU's time has run out. But the bank may have executed the payment and its word may have
    been lost, or a PSU may be about to confirm: the payment is rejected only after the bank has
    agreed never to execute it (S6). If it does not agree, it tells how things stand.

    Returns the payment as it is stored then. Raises BankRefused and BankUnavailable.
    """
    request = Request(Deed.EXPIRE, NotAuthorised())
    try:
        return carry_out(parts, ctx, Subject(payment), request).subject.payment
    except BankRefused:
        state = parts.bank_states.held(payment)
        report = demand(ctx, state, parts.bank.read_payment_status, ref_of(payment))
        return parts.payments.report(payment, report.status, Cause.BANK_REPORTED)
    except (BeingCarriedOut, CancellationOfFinalised, ChangedMeanwhile):  # somebody was faster
        return parts.payments.find(payment.payment_id, payment.instance_id)
