"""Telling the CMS what happened at the bank; every piece of news may be told again."""

import logging

from sandbox.core.bank import Progress
from sandbox.core.orders import OrderStatus
from sandbox.core.sca import ScaStatus
from sandbox.online_banking.cms_port import CmsClient, CmsRefused, LinkExpired, PaymentToApprove

# What a CMS may hold of an executed payment only when something went wrong between the two.
_CONTRADICTIONS = {"RJCT", "CANC"}

log = logging.getLogger(__name__)


def tell_step(
    cms: CmsClient, link: PaymentToApprove, *, status: ScaStatus, psu_id: str
) -> str | None:
    """Tell a step on the way. Answers the CMS's own status when that is closed already, else None.

    A CMS that stands further on already (a page loaded twice) is no reason to stop the PSU.
    Raises LinkExpired and CmsUnavailable.
    """
    try:
        cms.set_sca_status(link.payment_id, link.authorisation_id, status=status, psu_id=psu_id)
    except CmsRefused:
        stands_at = cms.sca_status(link.authorisation_id)
        if is_closed(stands_at):
            return stands_at
    return None


def tell_outcome(cms: CmsClient, link: PaymentToApprove, progress: Progress) -> None:
    """Tell how it ended: the authorisation first, then the payment. Raises CmsUnavailable.

    The bank's books are the truth by now: what the CMS refuses is logged, not undone.
    """
    _tell_end_of_authorisation(cms, link, progress)
    if progress.outcome is not None:
        status = progress.outcome.status
        if link.transaction_status in _CONTRADICTIONS and status is not OrderStatus.RJCT:
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


def is_closed(sca_status: str) -> bool:
    """Is it one of the SCA statuses that never move again?"""
    return sca_status in {"finalised", "failed", "exempted"}


def _tell_end_of_authorisation(cms: CmsClient, link: PaymentToApprove, progress: Progress) -> None:
    if is_closed(cms.sca_status(link.authorisation_id)):
        return
    psu_id = progress.psu_id or next(iter(link.psu_ids), None) or progress.claimed_psu_id
    if psu_id is None:
        return
    try:
        if psu_id not in link.psu_ids:
            # The CMS hears a status only from a PSU whom it knows to take part.
            cms.set_psu(link.authorisation_id, psu_id)
        cms.set_sca_status(
            link.payment_id, link.authorisation_id, status=progress.sca_status, psu_id=psu_id
        )
    except (CmsRefused, LinkExpired):
        log.warning(
            "the CMS did not take the end of an authorisation",
            extra={"authorisation_id": link.authorisation_id, "sca_status": progress.sca_status},
        )
