"""Reads an ISO 20022 pain.001: bytes in, typed transfers or findings out (P11)."""

from dataclasses import dataclass
from typing import Final

from lxml.etree import _Element as Element

from cms.domain.payment_order import CreditTransfer
from cms.domain.profile import XmlValidation
from spi.types import TppNote
from xs2a.bodies.iso20022.elements import MOST_FINDINGS, Faults, Node
from xs2a.bodies.iso20022.facts import Initiation, read_initiation, transfers_of
from xs2a.bodies.iso20022.places import check_places
from xs2a.bodies.iso20022.rules import check_accounts, check_facts, check_single, check_totals
from xs2a.bodies.iso20022.schemas import MESSAGE_NAMES, deviations, message_name
from xs2a.bodies.xml import XmlRefused, parse
from xs2a.checks.payment import BodyRules
from xs2a.errors import Finding
from xs2a.spec.messages import Message

_LONGEST_TAG: Final = 120  # of a root that is another document's


@dataclass(frozen=True, slots=True)
class ReadPain001:
    """What was read. `unreadable` tells why nothing could be, before `findings` about what was;
    `accounts` are findings of the last stage, told if there are no others.

    `notes` are deviations from the schema that are only warned about. The transfers are there if
    there is no finding. The PSU's wish for one booking is told if all instructions have the same.
    """

    unreadable: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[TppNote, ...] = ()
    accounts: tuple[Finding, ...] = ()
    transfers: tuple[CreditTransfer, ...] = ()
    batch_booking_preferred: bool | None = None


class TransferLost(Exception):
    """A message that was taken before cannot be read as a whole any more: a fault of ours."""


@dataclass(frozen=True, slots=True)
class OriginalIds:
    """How a status report names the message that it answers.

    Without `payment_information_id` the message has several instructions, or an unnamed one.
    """

    message_name: str
    message_id: str | None
    payment_information_id: str | None


def read_pain001(xml: bytes, rules: BodyRules, *, single: bool) -> ReadPain001:
    """Read and check a message; `single` ones have one transaction."""
    try:
        root = parse(xml)
    except XmlRefused as refused:
        return ReadPain001(unreadable=(Finding(Message.FORMAT_ERROR, refused.text),))
    name = message_name(root)
    if name is None:
        text = f"The XML is {str(root.tag)[:_LONGEST_TAG]}, and not a Document of one of "
        text += f"{', '.join(MESSAGE_NAMES)}."
        return ReadPain001(unreadable=(Finding(Message.FORMAT_ERROR, text, "/"),))
    faults = Faults()
    initiation = _checked(root, name, rules, faults, single=single)
    strict = rules.profile.pis.xml_validation is XmlValidation.STRICT
    # What is refused anyhow is not warned about.
    deviating = deviations(root) if strict or not faults.findings else ()
    if strict:
        for each in deviating:
            faults.add(Finding(Message.FORMAT_ERROR, each.text, each.path))
    if faults.findings or initiation is None:
        return ReadPain001(findings=tuple(faults.findings))
    accounts = tuple(check_accounts(initiation, rules))[:MOST_FINDINGS]
    if accounts:
        return ReadPain001(accounts=accounts)
    return ReadPain001(
        notes=tuple(TppNote(each.text, each.path) for each in deviating),
        transfers=transfers_of(initiation),
        batch_booking_preferred=_batch_booking(initiation),
    )


def pain001_again(xml: bytes) -> ReadPain001:
    """The facts of a stored message.

    It was checked when it came in, and what was a proper day then may be over now: no rule is
    asked again. Raises TransferLost instead of telling fewer transfers than were signed.
    """
    root = parse(xml)
    name = message_name(root) or MESSAGE_NAMES[0]
    initiation = read_initiation(Node(root, "/Document", Faults(judged=False)), name)
    transfers = transfers_of(initiation) if initiation is not None else ()
    if initiation is None or len(transfers) != len([*initiation.transactions]):
        raise TransferLost
    return ReadPain001(transfers=transfers, batch_booking_preferred=_batch_booking(initiation))


def original_ids(xml: bytes) -> OriginalIds:
    """How a stored message names itself; lenient checks may have let it pass without a name."""
    root = parse(xml)
    faults = Faults()
    message = Node(root, "/Document", faults).child("CstmrCdtTrfInitn")
    instructions = list(message.each("PmtInf")) if message is not None else []
    only = instructions[0] if len(instructions) == 1 else None
    return OriginalIds(
        message_name(root) or MESSAGE_NAMES[0],
        message.word("GrpHdr", "MsgId", longest=35) if message is not None else None,
        only.word("PmtInfId", longest=35) if only is not None else None,
    )


def _checked(
    root: Element, name: str, rules: BodyRules, faults: Faults, *, single: bool
) -> Initiation | None:
    initiation = read_initiation(Node(root, "/Document", faults), name)
    if initiation is None:
        return None
    if single:
        check_single(initiation, faults)
    check_facts(initiation, rules, faults)
    # Of amounts and transactions that could not be read there is no sum to compare.
    if not faults.findings:
        check_totals(initiation, faults)
        check_places(root, faults)
    return initiation


def _batch_booking(initiation: Initiation) -> bool | None:
    wishes = {instruction.batch_booking for instruction, _ in initiation.instructions}
    return wishes.pop() if len(wishes) == 1 else None
