"""Telling the CMS what happened at the bank; every piece of news may be told again."""

import logging

from sandbox.core.bank import Progress
from sandbox.core.orders import OrderStatus
from sandbox.core.purposes import Purpose
from sandbox.online_banking.cms_port import (
    CmsClient,
    CmsRefused,
    LinkExpired,
    PaymentToApprove,
    ScaNews,
)

# Statuses of a payment that will never be made. The CMS and the bank agree on them, or
# something went wrong between the two.
_NEVER_MADE = {OrderStatus.RJCT, OrderStatus.CANC}

log = logging.getLogger(__name__)


def tell_step(cms: CmsClient, link: PaymentToApprove, news: ScaNews) -> bool:
    """Tell a step on the way. False: there is no way on, the CMS holds it for closed already.

    A CMS that stands further on already (a page loaded twice) is no reason to stop the PSU.
    Raises LinkExpired and CmsUnavailable.
    """
    try:
        cms.set_sca_status(link.payment_id, link.authorisation_id, news=news)
    except CmsRefused:
        return not cms.authorisation(link.authorisation_id).closed
    return True


def tell_outcome(cms: CmsClient, link: PaymentToApprove, progress: Progress) -> None:
    """Tell how it ended: the authorisation first, then the payment. Raises CmsUnavailable.

    The bank's books are the truth by now: what the CMS refuses is logged, not undone.
    """
    _tell_end_of_authorisation(cms, link, progress)
    kept = progress.purpose is Purpose.CANCEL and not progress.sca_status.done
    if progress.outcome is None or kept:
        return
    status = progress.outcome.status
    if link.transaction_status in _NEVER_MADE and status not in _NEVER_MADE:
        log.error(
            "the CMS holds a payment for dead that the bank has executed",
            extra={"payment_id": link.payment_id, "bank_status": status},
        )
    tell_payment(cms, link.payment_id, status)


def tell_payment(cms: CmsClient, payment_id: str, status: OrderStatus) -> None:
    """Tell what became of the payment. Raises CmsUnavailable."""
    try:
        cms.set_payment_status(payment_id, status)
    except CmsRefused:
        # Most likely the CMS has heard the final status from the bank's connector meanwhile.
        log.info("the CMS did not take the payment's status", extra={"payment_id": payment_id})


def _tell_end_of_authorisation(cms: CmsClient, link: PaymentToApprove, progress: Progress) -> None:
    if cms.authorisation(link.authorisation_id).closed:
        return
    # Not what was typed in vain: it need not be anybody's, and might be a password.
    psu_id = progress.psu_id or next(iter(link.psu_ids), None)
    if psu_id is None:
        return
    try:
        if psu_id not in link.psu_ids:
            # The CMS hears a status only from a PSU whom it knows to take part.
            cms.set_psu(link.authorisation_id, psu_id)
        news = ScaNews(progress.sca_status, psu_id)
        cms.set_sca_status(link.payment_id, link.authorisation_id, news=news)
    except (CmsRefused, LinkExpired):
        log.warning(
            "the CMS did not take the end of an authorisation",
            extra={"authorisation_id": link.authorisation_id, "sca_status": progress.sca_status},
        )
