"""What the bank does once only: execute or cancel a payment (S4, S6).

The intent is committed, the bank is called under its id, the answer is committed. If the answer
is lost, the bank is asked what came of it; nothing is ever asked for again.
"""

import logging
from dataclasses import dataclass, replace

from cms.domain.intent import BankIntent, Deed
from cms.domain.payment import Payment
from cms.domain.statuses import ScaStatus
from cms.service.intents import Subject, Told
from spi.answers import Answer, Done, Refused, Unknown
from spi.types import BankDeed, ConfirmationCode, Outcome, Proof
from xs2a.flows.bank import ask, refusal_of
from xs2a.flows.parts import Parts, TppContext
from xs2a.flows.refs import authorisation_ref, with_order

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What the bank is to do, on which proof; `sca_status` is the authorisation's end."""

    deed: Deed
    proof: Proof
    sca_status: ScaStatus = ScaStatus.FINALISED


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What became of it, as it is stored."""

    subject: Subject
    psu_message: str | None = None


def carry_out(parts: Parts, ctx: TppContext, subject: Subject, request: Request) -> CarriedOut:
    """Have the bank do it, once.

    Raises what `BankIntents.open` raises, then nothing was asked; BankRefused, then nothing was
    done; BankUnavailable, then the intent stays open until the bank's answer is known.
    """
    intent = parts.intents.open(
        subject, request.deed, intent_id=parts.new_id(), sca_status=request.sca_status
    )
    asked = _deed(parts, intent, subject)
    bank = parts.bank
    call = bank.execute_payment if request.deed is Deed.EXECUTE else bank.cancel_payment
    answer = ask(ctx, parts.bank_states.held(subject.payment), call, asked, request.proof)
    if isinstance(answer, Refused) and isinstance(request.proof, ConfirmationCode):
        answer = replace(answer, ends_authorisation=True)  # a code that the bank checks works once
    stored = _store(parts, intent, answer)
    if isinstance(answer, Unknown):  # the call is over: nobody need wait for it any more
        parts.intents.unanswered(intent)
    if isinstance(answer, Done):
        return CarriedOut(stored or subject, answer.value.psu_message)
    raise refusal_of(answer)


def settle_open_deed(parts: Parts, ctx: TppContext, payment: Payment) -> Payment:
    """Ask the bank what came of a deed whose answer is missing, once the call must be over.

    Returns the payment as it is stored then. A bank that does not answer leaves it as it is.
    """
    intent = parts.intents.of_payment(payment)
    if intent is None or parts.clock() < intent.resolve_from:
        return payment
    authorisation = (
        parts.authorisations.find(intent.authorisation_id, intent.instance_id)
        if intent.authorisation_id
        else None
    )
    asked = _deed(parts, intent, Subject(payment, authorisation))
    answer = ask(ctx, parts.bank_states.held(payment), parts.bank.outcome_of, asked)
    log.info("asked the bank for a lost answer")
    stored = _store(parts, intent, answer)
    return payment if stored is None else stored.payment


def _deed(parts: Parts, intent: BankIntent, subject: Subject) -> BankDeed:
    payment, authorisation = subject.payment, subject.authorisation
    order = parts.order_of(payment, parts.payments.body(payment))
    return BankDeed(
        intent.intent_id,
        with_order(payment, order),
        authorisation_ref(authorisation) if authorisation else None,
    )


def _store(parts: Parts, intent: BankIntent, answer: Answer[Outcome]) -> Subject | None:
    """Commit the answer; None where there was none."""
    match answer:
        case Done(value=outcome):
            return parts.intents.done(intent, Told(outcome.status, outcome.sca_status))
        case Refused(ends_authorisation=ends):
            return parts.intents.not_done(intent, ends_authorisation=ends)
        case Unknown():
            return None
