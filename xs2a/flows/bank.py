"""Asks the bank and sorts its three answers. Never called inside a transaction (S4)."""

import logging
from collections.abc import Callable
from typing import TypeVar

from spi.answers import Answer, Done, Refused, Unknown
from xs2a.errors import BankRefused, BankUnavailable

log = logging.getLogger(__name__)

V = TypeVar("V")


def ask(question: Callable[[], Answer[V]]) -> Answer[V]:
    """The bank's answer. Whatever a connector raises is no answer: `Unknown`."""
    try:
        answer = question()
    except Exception as error:  # a connector's fault must not become ours
        log.exception("the connector raised instead of answering")
        return Unknown(f"connector raised {type(error).__name__}")
    if isinstance(answer, Unknown):
        log.warning("the bank did not answer: %s", answer.why)
    return answer


def demand(question: Callable[[], Answer[V]]) -> V:
    """The bank's answer where we cannot go on without. Raises BankRefused or BankUnavailable."""
    answer = ask(question)
    if isinstance(answer, Done):
        return answer.value
    raise refusal_of(answer)


def refusal_of(answer: Refused | Unknown) -> BankRefused | BankUnavailable:
    """The bank's no, or its silence, as a refusal of ours."""
    return BankRefused(answer.errors) if isinstance(answer, Refused) else BankUnavailable()
