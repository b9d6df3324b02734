"""What came of reading a payment's body."""

from dataclasses import dataclass

from cms.domain.payment_order import PaymentOrder
from spi.types import TppNote
from xs2a.errors import Finding


@dataclass(frozen=True, slots=True)
class ReadBody:
    """What was read. Findings come in stages: the first that is not empty is the answer (E5).

    `early` is told together with the findings of the headers. `order` is there if and only if no
    stage has a finding; `notes` are then what is only warned about.
    """

    early: tuple[Finding, ...] = ()
    unknown_members: tuple[Finding, ...] = ()
    fields: tuple[Finding, ...] = ()
    accounts: tuple[Finding, ...] = ()
    order: PaymentOrder | None = None
    notes: tuple[TppNote, ...] = ()
