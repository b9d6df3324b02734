"""The two parts of a periodic payment whose transfer is XML, and where their faults are (P11)."""

from dataclasses import replace

from cms.domain.payment_order import StandingOrder
from xs2a.bodies.json_body import read_standing_order
from xs2a.bodies.multipart import STANDING_ORDER_PART, XML_PART, Parts
from xs2a.checks.payment import BodyRules
from xs2a.errors import Finding


def standing_order_of(
    parts: Parts, rules: BodyRules
) -> tuple[tuple[Finding, ...], StandingOrder | None]:
    """The findings in the JSON part, by its name and their paths in it; or what it says.

    They are told in stages like those of a JSON body (E5), beside what is told of the XML.
    """
    read = read_standing_order(parts.standing_order, rules)
    told = read.early or read.unknown_members or read.fields
    return tuple(_inside(each) for each in told), read.standing_order


def of_xml(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings in the XML part: by their XPath, or by its name where it is wrong as a whole."""
    return tuple(replace(each, path=each.path or XML_PART) for each in findings)


def _inside(found: Finding) -> Finding:
    path = f"{STANDING_ORDER_PART}.{found.path}" if found.path else STANDING_ORDER_PART
    return replace(found, path=path)
