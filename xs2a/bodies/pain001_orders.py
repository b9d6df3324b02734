"""Orders of the pain.001 products: XML, with the standing order beside it if periodic (P11)."""

from cms.domain.payment_order import Document, PaymentOrder
from cms.domain.payment_service import PaymentService
from xs2a.bodies.iso20022.pain001 import ReadPain001, pain001_again, read_pain001
from xs2a.bodies.json_body import standing_order_again
from xs2a.bodies.multipart import MultipartRefused, as_kept, split
from xs2a.bodies.outcome import ReadBody
from xs2a.bodies.periodic import of_xml, standing_order_of
from xs2a.checks.payment import BodyRules


class Pain001Orders:
    """Single and bulk payments."""

    def read(self, service: PaymentService, document: Document, rules: BodyRules) -> ReadBody:
        """Read and check the message."""
        single = service is not PaymentService.BULK_PAYMENTS
        told = read_pain001(document.body, rules, single=single)
        if told.unreadable or told.findings or told.accounts:
            return ReadBody(early=told.unreadable, fields=told.findings, accounts=told.accounts)
        return ReadBody(order=_order(service, document, told), notes=told.notes)

    def again(self, service: PaymentService, document: Document) -> PaymentOrder:
        """The order in a stored message."""
        return _order(service, document, pain001_again(document.body))


class PeriodicPain001Orders:
    """Periodic payments."""

    def read(self, service: PaymentService, document: Document, rules: BodyRules) -> ReadBody:
        """Read and check both parts; their findings are one stage, as neither needs the other."""
        try:
            parts = split(document)
        except MultipartRefused as refused:
            return ReadBody(early=refused.findings)
        told = read_pain001(parts.xml, rules, single=True)
        findings, standing_order = standing_order_of(parts, rules)
        if told.unreadable:
            return ReadBody(early=(*of_xml(told.unreadable), *findings))
        if told.findings or findings or told.accounts:
            return ReadBody(fields=(*of_xml(told.findings), *findings), accounts=told.accounts)
        order = PaymentOrder(as_kept(document), told.transfers, standing_order)
        return ReadBody(order=order, notes=told.notes)

    def again(self, service: PaymentService, document: Document) -> PaymentOrder:
        """The order in the stored parts."""
        parts = split(document)
        transfers = pain001_again(parts.xml).transfers
        return PaymentOrder(document, transfers, standing_order_again(parts.standing_order))


def _order(service: PaymentService, document: Document, told: ReadPain001) -> PaymentOrder:
    """A message may prefer one booking also where there is one transfer: that says nothing."""
    bulk = service is PaymentService.BULK_PAYMENTS
    batch = told.batch_booking_preferred if bulk else None
    return PaymentOrder(document, told.transfers, batch_booking_preferred=batch)
