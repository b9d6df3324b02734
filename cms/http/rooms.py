"""What the faces' routes work with; one per app, put there by `cms.app`."""

from dataclasses import dataclass

from flask import current_app

from cms.profile_file import Profiles
from cms.service.authorisations import Authorisations
from cms.service.payments import Payments


@dataclass(frozen=True, slots=True)
class Rooms:
    """The use cases of the CMS, and the tenants' profiles."""

    payments: Payments
    authorisations: Authorisations
    profiles: Profiles


def rooms() -> Rooms:
    """The use cases of the app that answers this request."""
    found: Rooms = current_app.extensions["cms"]
    return found
