"""Orders of the bank's own products: they must be well-formed, the rest only the bank can read."""

from cms.domain.payment_order import Document, PaymentOrder
from cms.domain.payment_service import PaymentService
from xs2a.bodies.json_body import standing_order_again
from xs2a.bodies.json_text import JsonRefused, read_json_text
from xs2a.bodies.multipart import MultipartRefused, as_kept, split
from xs2a.bodies.outcome import ReadBody
from xs2a.bodies.periodic import of_xml, standing_order_of
from xs2a.bodies.xml import XmlRefused, parse
from xs2a.checks.payment import BodyRules
from xs2a.errors import Finding
from xs2a.spec.messages import Message


class OwnJsonOrders:
    """A JSON object or list."""

    def read(self, service: PaymentService, document: Document, rules: BodyRules) -> ReadBody:
        """Is it well-formed?"""
        try:
            sent = read_json_text(document.body)
        except JsonRefused as refused:
            return ReadBody(early=(refused.finding,))
        if not isinstance(sent, dict | list):
            text = "The body is not a JSON object or list."
            return ReadBody(early=(Finding(Message.FORMAT_ERROR, text),))
        return ReadBody(order=self.again(service, document))

    def again(self, service: PaymentService, document: Document) -> PaymentOrder:
        """The order in a stored document."""
        return PaymentOrder(document, ())


class OwnXmlOrders:
    """An XML document."""

    def read(self, service: PaymentService, document: Document, rules: BodyRules) -> ReadBody:
        """Is it well-formed?"""
        faulty = _not_well_formed(document.body)
        return ReadBody(early=faulty) if faulty else ReadBody(order=self.again(service, document))

    def again(self, service: PaymentService, document: Document) -> PaymentOrder:
        """The order in a stored document."""
        return PaymentOrder(document, ())


class OwnPeriodicOrders:
    """An XML document, and beside it the standing order in the standard's own members (P11)."""

    def read(self, service: PaymentService, document: Document, rules: BodyRules) -> ReadBody:
        """Is the one well-formed, and the other right?"""
        try:
            parts = split(document)
        except MultipartRefused as refused:
            return ReadBody(early=refused.findings)
        faulty = of_xml(_not_well_formed(parts.xml))
        findings, standing_order = standing_order_of(parts, rules)
        if faulty or findings:
            return ReadBody(fields=(*faulty, *findings))
        return ReadBody(order=PaymentOrder(as_kept(document), (), standing_order))

    def again(self, service: PaymentService, document: Document) -> PaymentOrder:
        """The order in the stored parts."""
        standing_order = standing_order_again(split(document).standing_order)
        return PaymentOrder(document, (), standing_order)


def _not_well_formed(xml: bytes) -> tuple[Finding, ...]:
    try:
        parse(xml)
    except XmlRefused as refused:
        return (Finding(Message.FORMAT_ERROR, refused.text),)
    return ()
