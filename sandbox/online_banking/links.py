"""What is behind a link: a payment on which the PSU may still act, or how all of it ended."""

import re

from flask import abort
from werkzeug.wrappers import Response

from sandbox.core.bank import Bank, Progress
from sandbox.core.purposes import Purpose
from sandbox.core.sca import ScaStatus
from sandbox.online_banking import endings
from sandbox.online_banking.cms_port import CmsClient, LinkExpired, LinkUnknown, PaymentToApprove
from sandbox.online_banking.headers import allow_ways_back
from sandbox.online_banking.news import tell_outcome, tell_payment
from sandbox.online_banking.pages import expired_page
from sandbox.online_banking.ways_back import safe_way_back

LINK_ID = re.compile(r"[A-Za-z0-9-]{1,64}")

_DEAD = {"RJCT", "CANC", "ACSC", "ACCC"}  # transaction statuses that never move again


class Links:
    """Opens links of one purpose, at the bank and at the CMS."""

    def __init__(self, bank: Bank, cms: CmsClient, purpose: Purpose) -> None:
        self._bank = bank
        self._cms = cms
        self._purpose = purpose

    def open(self, link_id: str, *, even_unconfirmed: bool = False) -> PaymentToApprove:
        """The payment, if the PSU may still act on it; else the request ends with its page.

        What was decided here before is told to the CMS again, so a visit repairs a lost message.
        `even_unconfirmed`: also when only the TPP's confirmation is missing, for a form that is
        sent twice.
        """
        if not LINK_ID.fullmatch(link_id):
            raise LinkUnknown
        progress = self._bank.progress(link_id)
        try:
            link = self._cms.payment_by_link(link_id, self._purpose)
        except LinkExpired as expired:
            abort(self._expired(progress, expired.nok_uri))
        except LinkUnknown:
            abort(self._ended(progress, link_id))
        allow_ways_back(link.ok_uri, link.nok_uri)
        if progress is not None and progress.sca_status.closed:
            tell_outcome(self._cms, link, progress)
            abort(endings.of_link(progress, link))
        at_cms = self._cms.authorisation(link_id)
        if at_cms.closed or link.transaction_status in _DEAD:
            abort(endings.used_up(link.nok_uri, link.tpp_name))
        if at_cms.sca_status == ScaStatus.UNCONFIRMED and not even_unconfirmed:
            abort(endings.awaits_tpp(link))
        return link

    def _expired(self, progress: Progress | None, nok_uri: str | None) -> Response:
        allow_ways_back(nok_uri)
        if progress is None or progress.outcome is None or not progress.sca_status.closed:
            return expired_page(nok_uri)
        tell_payment(self._cms, progress.payment_id, progress.outcome.status)
        return endings.decided_before(progress, safe_way_back(nok_uri))

    def _ended(self, progress: Progress | None, link_id: str) -> Response:
        """Of a cancellation that has ended the CMS tells no more than that. Raises LinkUnknown."""
        at_cms = self._cms.authorisation(link_id)
        if not at_cms.closed:
            raise LinkUnknown
        if progress is None or not progress.sca_status.closed:
            return endings.used_up(at_cms.nok_uri)
        if progress.sca_status.done and progress.outcome is not None:
            tell_payment(self._cms, progress.payment_id, progress.outcome.status)
        allow_ways_back(at_cms.ok_uri, at_cms.nok_uri)
        return endings.ending(
            progress, link_id=link_id, ok_uri=at_cms.ok_uri, nok_uri=at_cms.nok_uri
        )
