"""What the console's pages work with; one per app, put there by `cms.app`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from cms.service.intents import BankIntents
from cms.service.jobs import Jobs
from cms.service.operators import OperatorSessions, Trail
from cms.service.revocation import Revocations


@dataclass(frozen=True, slots=True)
class ConsoleRooms:
    """Use cases that only the console has; it shares the others with the bank's systems.

    `secure_cookie` limits its cookies to https: in production TLS ends before the CMS.
    """

    sessions: OperatorSessions
    trail: Trail
    intents: BankIntents
    jobs: Jobs
    revocations: Revocations
    clock: Callable[[], datetime]
    secure_cookie: bool


def console_rooms() -> ConsoleRooms:
    """Those of the app that answers this request."""
    found: ConsoleRooms = current_app.extensions["console"]
    return found
