"""Jobs that ask the bank: payments whose time is over, and deeds whose answer is missing.

They go the same ways as a TPP's reading does. The bank is asked about one payment after the other,
and each answer is stored by itself; a payment that fails holds up none behind it.
"""

import logging
from collections.abc import Callable
from typing import Final

from cms import log_lines
from cms.domain.errors import Refusal, StoreUnavailable
from cms.domain.expiry import confirmation_overdue
from cms.domain.payment import Payment
from cms.domain.profile import Profile
from cms.service.due import Due
from xs2a.flows.deeds import settle_open_deed
from xs2a.flows.overdue import settle_overdue
from xs2a.flows.parts import TppContext
from xs2a.jobs.run import Run, Workshop

log = logging.getLogger(__name__)

# So many failures in a row mean that the bank is not there: the run ends, the next one goes on
# with others.
MOST_FAILURES_IN_A_ROW: Final = 10

Page = Callable[[Due | None, int], list[Due]]
Deed = Callable[[Workshop, Payment, TppContext], bool]


class _BankIsAway(Exception):
    """It has failed too often in a row."""


def expire_payments(shop: Workshop, run: Run) -> None:
    """Reject what nobody has confirmed in time, once the bank has agreed never to execute it."""
    _ask_about_each(shop, run, shop.due.overdue_payments, _expire)


def settle_intents(shop: Workshop, run: Run) -> None:
    """Ask the bank what came of what it was to do, where its answer was lost."""
    _ask_about_each(shop, run, shop.due.unanswered_intents, _settle)


def _expire(shop: Workshop, payment: Payment, ctx: TppContext) -> bool:
    if payment.open_intent_id is not None or not confirmation_overdue(payment, shop.parts.clock()):
        return True  # somebody was faster
    after = settle_overdue(shop.parts, ctx, payment)
    return after.open_intent_id is not None or not after.awaits_confirmation


def _settle(shop: Workshop, payment: Payment, ctx: TppContext) -> bool:
    return settle_open_deed(shop.parts, ctx, payment).open_intent_id is None


def _ask_about_each(shop: Workshop, run: Run, page: Page, deed: Deed) -> None:
    """Do the deed for each payment that is due, page by page, save for those at rest."""
    asking = _Asking(shop, run, deed)
    after: Due | None = None
    try:
        while run.goes_on() and (found := page(after, shop.batch)):
            for due in found:
                profile = shop.tenants.profile_of(due.instance_id)
                if profile is None or shop.backoff.rests(due.payment_id):
                    continue
                if not run.goes_on():
                    return
                asking.about(due, profile)
            after = found[-1]
    except _BankIsAway:
        log.warning("the bank failed %d times in a row", MOST_FAILURES_IN_A_ROW)


class _Asking:
    """Asks about one payment after the other, and counts how it went."""

    def __init__(self, shop: Workshop, run: Run, deed: Deed) -> None:
        self._shop = shop
        self._run = run
        self._deed = deed
        self._failures = 0

    def about(self, due: Due, profile: Profile) -> None:
        """Raises StoreUnavailable, and _BankIsAway."""
        log_lines.begin(None)
        log_lines.know(payment_id=due.payment_id)
        try:
            error = self._failure(due, profile)
        finally:
            log_lines.end()
        if error is None:
            self._shop.backoff.succeeded(due.payment_id)
            self._run.done += 1
            self._failures = 0
            return
        self._shop.backoff.failed(due.payment_id)
        self._run.has_failed(f"payment {due.payment_id}: {error}")
        self._failures += 1
        if self._failures >= MOST_FAILURES_IN_A_ROW:
            raise _BankIsAway

    def _failure(self, due: Due, profile: Profile) -> str | None:
        """Do the deed; why it did not come to its end, if so."""
        parts = self._shop.parts
        try:
            payment = parts.payments.find(due.payment_id, due.instance_id)
            ctx = TppContext(
                tpp=parts.payments.tpp_of(payment),
                tpp_id=payment.tpp_id,
                instance_id=payment.instance_id,
                x_request_id=parts.new_id(),
                profile=profile,
            )
            return None if self._deed(self._shop, payment, ctx) else "the bank did not settle it"
        except StoreUnavailable:
            raise
        except Refusal as refusal:
            return type(refusal).__name__
        except Exception as error:  # what is wrong with one must not hold up the others
            log.exception("a payment cannot be worked on")
            return type(error).__name__
