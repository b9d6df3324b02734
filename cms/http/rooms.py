"""What the faces' routes work with; one per app, put there by `cms.app`."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from cms.domain.payment import Payment
from cms.domain.payment_order import PaymentOrder
from cms.profile_file import Profiles
from cms.service.authorisations import Authorisations
from cms.service.bank_states import BankStates
from cms.service.payments import Payments


@dataclass(frozen=True, slots=True)
class Rooms:
    """The use cases of the CMS, and the tenants' profiles. `order_of` reads a stored payment: in
    which formats orders come is not for the CMS to know.
    """

    payments: Payments
    authorisations: Authorisations
    bank_states: BankStates
    profiles: Profiles
    order_of: Callable[[Payment, bytes], PaymentOrder]


def rooms() -> Rooms:
    """The use cases of the app that answers this request."""
    found: Rooms = current_app.extensions["cms"]
    return found
