"""Which reader reads which body: by payment product and media type (spec 13.2)."""

from functools import lru_cache
from typing import Final, Protocol

from python_multipart.multipart import parse_options_header

from cms.domain.errors import Malformed
from cms.domain.payment import Payment
from cms.domain.payment_order import Document, PaymentOrder
from cms.domain.payment_service import PaymentService
from cms.domain.profile import Profile
from xs2a.bodies import charsets
from xs2a.bodies.json_body import order_again as json_order_again
from xs2a.bodies.json_body import read_json
from xs2a.bodies.outcome import ReadBody
from xs2a.bodies.own import OwnJsonOrders, OwnPeriodicOrders, OwnXmlOrders
from xs2a.bodies.pain001_orders import Pain001Orders, PeriodicPain001Orders
from xs2a.checks.payment import BodyRules
from xs2a.errors import Finding
from xs2a.spec.media_types import JSON, MULTIPART, XML
from xs2a.spec.messages import Message
from xs2a.spec.products import KNOWN_MEDIA_TYPES, MEDIA_TYPES, Format, format_of


class Orders(Protocol):
    """How the orders in one format are read."""

    def read(self, service: PaymentService, document: Document, rules: BodyRules) -> ReadBody:
        """Read and check what the TPP has sent."""

    def again(self, service: PaymentService, document: Document) -> PaymentOrder:
        """The order in a stored document; no rule is asked again."""


class JsonOrders:
    """The standard's JSON."""

    def read(self, service: PaymentService, document: Document, rules: BodyRules) -> ReadBody:
        """Read and check the body."""
        return read_json(service, document, rules)

    def again(self, service: PaymentService, document: Document) -> PaymentOrder:
        """The order in a stored body."""
        return json_order_again(service, document)


_ORDERS: Final[dict[tuple[Format, str], Orders]] = {
    (Format.JSON, JSON): JsonOrders(),
    (Format.PAIN_001, XML): Pain001Orders(),
    (Format.PAIN_001, MULTIPART): PeriodicPain001Orders(),
    (Format.OWN, JSON): OwnJsonOrders(),
    (Format.OWN, XML): OwnXmlOrders(),
    (Format.OWN, MULTIPART): OwnPeriodicOrders(),
}


@lru_cache(maxsize=256)  # the few that are ever sent come again and again
def media_type_finding(
    service: PaymentService, product: str, content_type: str | None
) -> Finding | None:
    """What is wrong with the Content-Type of a payment of a product that the profile offers.

    Parameters do not count, but for the charset: JSON is always UTF-8 (RFC 8259, 8.1), and of XML
    the charset would overrule what the document says (RFC 7303, 3.2).
    """
    sent, charset = _content_type(content_type or "")
    taken = MEDIA_TYPES[format_of(product), service]
    if sent not in taken:
        text = f"This payment product takes {' or '.join(taken)}."
        known = sent in KNOWN_MEDIA_TYPES
        message = Message.FORMAT_ERROR if known else Message.UNSUPPORTED_MEDIA_TYPE
        return Finding(message, text, "content-type")
    if not charsets.is_taken(charset):
        return Finding(Message.FORMAT_ERROR, "A body is taken in UTF-8 only.", "content-type")
    return None


def read_order(
    service: PaymentService, product: str, document: Document, rules: BodyRules
) -> ReadBody:
    """Read and check what the TPP has sent, in a media type that the product takes."""
    _, charset = _content_type(document.content_type)
    if not charsets.fits(charset, document.body):
        text = "The body is not in US-ASCII, as its Content-Type says."
        return ReadBody(early=(Finding(Message.FORMAT_ERROR, text, "content-type"),))
    return _orders(product, document).read(service, document, rules)


def order_again(payment: Payment, body: bytes) -> PaymentOrder:
    """The order in the stored body of a payment.

    It was checked when it came in, and what was a proper day then may be over now: no rule is
    asked again.
    """
    document = Document(payment.content_type, body)
    return _orders(payment.product, document).again(payment.service, document)


def other_order(payment: Payment, body: bytes, profile: Profile) -> PaymentOrder:
    """The order in bytes that the bank wants to put in the place of the payment's.

    They are checked like the TPP's, on the day on which the payment came: with a day that is
    proper then it need not be sent again after midnight. Raises Malformed with the first finding.
    """
    document = Document(payment.content_type, body)
    rules = BodyRules(profile, payment.created_at.date())
    read = read_order(payment.service, payment.product, document, rules)
    if read.order is not None:
        return read.order
    stages = (read.early, read.unknown_members, read.fields, read.accounts)
    found = next(stage[0] for stage in stages if stage)
    raise Malformed(found.text, path=found.path)


def _orders(product: str, document: Document) -> Orders:
    media_type, _ = _content_type(document.content_type)
    return _ORDERS[format_of(product), media_type]


@lru_cache(maxsize=256)  # TPPs send the same few again and again
def _content_type(sent: str) -> tuple[str, bytes]:
    """Media type and charset, in lower case."""
    media_type, _ = parse_options_header(sent)
    return media_type.decode("latin-1"), charsets.charset_of(sent.encode("latin-1", "replace"))
