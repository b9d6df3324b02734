"""Asks the bank and sorts its three answers. Never called inside a transaction (S4).

The bank state goes along with every call. What the connector has saved is stored when the call has
ended, also without an answer: what a bank notes is its own business.
"""

import logging
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from cms.domain.errors import StoreUnavailable
from cms.domain.texts import can_be_stored
from cms.service.bank_states import HeldState
from spi.answers import Answer, Done, Refused, Unknown
from spi.types import BankContext
from xs2a.errors import BankRefused, BankUnavailable
from xs2a.flows.parts import TppContext

log = logging.getLogger(__name__)

P = ParamSpec("P")
V = TypeVar("V")
BankCall = Callable[Concatenate[BankContext, P], Answer[V]]


def ask(
    ctx: TppContext,
    state: HeldState,
    call: BankCall[P, V],
    *told: P.args,
    **named: P.kwargs,
) -> Answer[V]:
    """The bank's answer to a call, such as `ask(ctx, state, parts.bank.read_payment_status, ref)`.

    `state` is that of the payment which the call is about. A note that cannot be stored is lost
    and logged: the answer may tell of money that has moved, and must not be lost with it.
    """
    answer = _answer(call, ctx.for_bank(state), *told, **named)
    try:
        state.keep()
    except StoreUnavailable:
        log.exception("what the bank noted of payment %s is lost", state.payment_id)
    return answer


def _answer(
    call: BankCall[P, V], bank_ctx: BankContext, /, *told: P.args, **named: P.kwargs
) -> Answer[V]:
    """Whatever a connector raises is no answer: `Unknown`."""
    try:
        answer = call(bank_ctx, *told, **named)
    except Exception as error:  # a connector's fault must not become ours
        log.exception("the connector raised instead of answering")
        return Unknown(f"connector raised {type(error).__name__}")
    if isinstance(answer, Unknown):
        log.warning("the bank did not answer: %s", answer.why)
    return answer


def demand(
    ctx: TppContext,
    state: HeldState,
    call: BankCall[P, V],
    *told: P.args,
    **named: P.kwargs,
) -> V:
    """The bank's answer where we cannot go on without. Raises BankRefused or BankUnavailable."""
    answer = ask(ctx, state, call, *told, **named)
    if isinstance(answer, Done):
        return answer.value
    raise refusal_of(answer)


def to_keep(told: str | None, what: str) -> str | None:
    """What the bank has told, where it can be stored. Else None, and the log has an error: that the
    bank has acted must not be lost with it. It is not cut, as another one may begin so.
    """
    if told is None or can_be_stored(told):
        return told
    log.error("%s that the bank told, of %d characters, cannot be stored", what, len(told))
    return None


def refusal_of(answer: Refused | Unknown) -> BankRefused | BankUnavailable:
    """The bank's no, or its silence, as a refusal of ours."""
    return BankRefused(answer.errors) if isinstance(answer, Refused) else BankUnavailable()
