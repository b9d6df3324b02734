"""Elements of a pain.001 that stand where only some readers of XML would find, or take, them.

The PSU would sign without them, and a bank that looks for them anywhere would execute them. So
these are refused whatever the profile says of the schema.
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from xs2a.bodies.faults import LONGEST_NAME
from xs2a.bodies.iso20022.elements import MOST_FINDINGS, Faults
from xs2a.bodies.iso20022.schemas import REPEATED

_ACCOUNTS: Final = {
    "DbtrAcct": "PmtInf",
    "DbtrAgtAcct": "PmtInf",
    "ChrgsAcct": "PmtInf",
    "CdtrAcct": "CdtTrfTxInf",
    "CdtrAgtAcct": "CdtTrfTxInf",
    "IntrmyAgt1Acct": "CdtTrfTxInf",
    "IntrmyAgt2Acct": "CdtTrfTxInf",
    "IntrmyAgt3Acct": "CdtTrfTxInf",
}
_PLACES: Final = {
    "PmtInf": {("CstmrCdtTrfInitn", "Document")},
    "CdtTrfTxInf": {("PmtInf", "CstmrCdtTrfInitn")},
    "DbtrAcct": {("PmtInf", "CstmrCdtTrfInitn")},
    "CdtrAcct": {("CdtTrfTxInf", "PmtInf")},
    "InstdAmt": {("Amt", "CdtTrfTxInf")},
    "EqvtAmt": {("Amt", "CdtTrfTxInf")},
    "ReqdExctnDt": {("PmtInf", "CstmrCdtTrfInitn")},
    "IBAN": {("Id", account) for account in _ACCOUNTS},
    "Prxy": set(_ACCOUNTS.items()),
}
"""Elements that tell who pays what to whom, and when -> what they may stand in, and what that
stands in."""

_BY_ANY_NAMESPACE: Final = ("PmtInf", "CdtTrfTxInf", "DbtrAcct", "CdtrAcct", "InstdAmt")
"""Those that are not taken in supplementary data of another namespace either."""

_INSTANCE: Final = {"xsi": "http://www.w3.org/2001/XMLSchema-instance"}
# One after the other: libxml2 takes very long to sort the attributes of both.
_ATTRIBUTES: Final = [
    (name, etree.XPath(f"//@xsi:{name}", namespaces=_INSTANCE)) for name in ("nil", "type")
]
_WITH_ATTRIBUTES_OF_OTHERS: Final = etree.XPath("//*[@*[namespace-uri()]]")
_MIXED: Final = etree.XPath("//*[*][text()[normalize-space()]]")
_HARMLESS: Final = (
    "{http://www.w3.org/2001/XMLSchema-instance}",
    "{http://www.w3.org/XML/1998/namespace}",
)
_OF_OTHERS: Final = etree.XPath("//*[namespace-uri() != $message]")
_NOT_NIL: Final = frozenset({"false", "0"})
_MOST_STEPS: Final = 30  # of a path that is told; the message has no more than half of them

_ELSEWHERE: Final = "must not be there"
_FOREIGN: Final = "must not be there, as it is of another namespace"
_TEXT_BESIDE: Final = "must not have text beside elements"

Misplaced = Iterator[tuple[str, str]]
"""The path of each, and what is wrong with it."""


def check_places(root: Element, faults: Faults) -> None:
    """Every element is where all readers would see it, and means to all what it means to us.

    The work is that of some passes over the elements, however many of them are misplaced.
    """
    namespace = str(root.tag).partition("}")[0] + "}"
    found = chain(
        _elsewhere(root, namespace),
        _foreign(root, namespace),
        _enveloped(root, namespace),
        _otherwise(root),
        _attributes_of_others(root, namespace),
        _mixed(root, namespace),
    )
    for path, text in islice(found, MOST_FINDINGS):
        faults.tell(path, text)


def _elsewhere(root: Element, namespace: str) -> Misplaced:
    """The facts of a payment at another place than theirs, or of another namespace."""
    anywhere = (f"{{*}}{name}" for name in _BY_ANY_NAMESPACE)
    ours = (f"{namespace}{name}" for name in ("Document", *_PLACES))
    for each in root.iter(*anywhere, *ours):
        if each is root:
            continue
        name = _local_name(each)
        above = each.getparent()
        beyond = above.getparent() if above is not None else None
        if each.tag != namespace + name or above is None or beyond is None:
            yield _path(each), _ELSEWHERE
            continue
        stands_in = (_within(above, namespace), _within(beyond, namespace))
        if stands_in not in _PLACES.get(name, ()):
            yield _path(each), _ELSEWHERE


def _foreign(root: Element, namespace: str) -> Misplaced:
    """Elements of other namespaces, but for supplementary data; not again those within them."""
    envelope, supplement = f"{namespace}Envlp", f"{namespace}SplmtryData"
    met = set()
    for each in _OF_OTHERS(root, message=namespace[1:-1]):
        met.add(each)
        above = each.getparent()
        if above is None or above in met:
            continue
        beyond = above.getparent()
        if above.tag != envelope or beyond is None or beyond.tag != supplement:
            yield _path(each), _FOREIGN


def _enveloped(root: Element, namespace: str) -> Misplaced:
    """Elements of the message itself within supplementary data."""
    for envelope in root.iter(f"{namespace}Envlp"):
        for each in envelope.iterdescendants(f"{namespace}*"):
            yield _path(each), _ELSEWHERE


def _otherwise(root: Element) -> Misplaced:
    """Elements that a reader with a schema takes for nothing, or for another type than it has."""
    for name, attributes in _ATTRIBUTES:
        for each in attributes(root):
            element = each.getparent()
            if name != "nil" or each.strip() not in _NOT_NIL:
                yield f"{_path(element)}/@{name}", _ELSEWHERE


def _attributes_of_others(root: Element, namespace: str) -> Misplaced:
    """A reader that looks at local names only would take them for ours."""
    for each in _WITH_ATTRIBUTES_OF_OTHERS(root):
        for name in each.attrib:
            if str(name).startswith("{") and not str(name).startswith(_HARMLESS):
                if not _is_enveloped(each, namespace):
                    yield f"{_path(each)}/@{str(name).rpartition('}')[2][:LONGEST_NAME]}", _FOREIGN
                break


def _mixed(root: Element, namespace: str) -> Misplaced:
    """Text beside elements: some readers take it for the value, together with those below."""
    for each in _MIXED(root):
        if not _is_enveloped(each, namespace):
            yield _path(each), _TEXT_BESIDE


def _is_enveloped(element: Element, namespace: str) -> bool:
    envelope = f"{namespace}Envlp"
    within = next(element.iterancestors(envelope), None)
    return element.tag == envelope or within is not None


def _within(element: Element, namespace: str) -> str:
    """The element's local name, if it is the message's own."""
    tag = str(element.tag)
    return tag[len(namespace) :] if tag.startswith(namespace) else ""


def _path(element: Element) -> str:
    """The XPath by local names; of an element that stands very deep, how it begins."""
    above = [*element.iterancestors()]
    steps = [_step(each) for each in (*reversed(above), element)[:_MOST_STEPS]]
    return "/".join(("", *steps, *(["..."] if len(above) >= _MOST_STEPS else [])))


def _step(element: Element) -> str:
    name = _local_name(element)
    if name not in REPEATED:
        return name[:LONGEST_NAME]
    before = element.itersiblings(str(element.tag), preceding=True)
    return f"{name}[{len([*before]) + 1}]"


def _local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
