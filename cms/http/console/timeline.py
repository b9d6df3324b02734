"""What has happened to a payment, in one list by time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cms.domain.authorisation import Authorisation
from cms.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: when, what kind of thing, what, and more about it. `status` is where it led to."""

    at: datetime
    kind: str
    text: str
    more: str = ""
    status: str = ""


def timeline(payment: Payment, authorisations: Sequence[Authorisation]) -> list[Happening]:
    """Everything that is known, the oldest first."""
    found = [*_of_payment(payment), *map(_of_authorisation, authorisations)]
    return sorted(found, key=lambda each: each.at)


def _of_payment(payment: Payment) -> Iterator[Happening]:
    yield Happening(payment.created_at, "payment", "Payment received")
    if payment.cancellation is not None:
        yield Happening(payment.cancellation.requested_at, "payment", "Cancellation asked for")


def _of_authorisation(authorisation: Authorisation) -> Happening:
    return Happening(
        authorisation.created_at,
        "authorisation",
        f"Authorisation started ({authorisation.kind}, {authorisation.sca_approach})",
        authorisation.authorisation_id,
    )
