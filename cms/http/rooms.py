"""What the faces' routes work with; one per app, put there by `cms.app`."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from cms.domain.payment import Payment
from cms.domain.payment_order import PaymentOrder
from cms.domain.profile import Profile
from cms.profile_file import Profiles
from cms.service.access import Access
from cms.service.authorisations import Authorisations
from cms.service.bank_states import BankStates
from cms.service.events import Events
from cms.service.payments import Payments
from cms.service.search import PaymentSearch
from cms.service.stop_list import StopList
from cms.service.tpps import Tpps


@dataclass(frozen=True, slots=True)
class Rooms:
    """The use cases of the CMS, and the tenants' profiles. In which formats orders come is not for
    the CMS to know: `order_of` reads a stored payment, and `other_order` what shall take its
    place, checked by the rules of the profile (Malformed).
    """

    payments: Payments
    authorisations: Authorisations
    access: Access
    tpps: Tpps
    stop_list: StopList
    search: PaymentSearch
    bank_states: BankStates
    profiles: Profiles
    order_of: Callable[[Payment, bytes], PaymentOrder]
    other_order: Callable[[Payment, bytes, Profile], PaymentOrder]
    events: Events


def rooms() -> Rooms:
    """The use cases of the app that answers this request."""
    found: Rooms = current_app.extensions["cms"]
    return found
