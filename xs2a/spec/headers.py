"""Which request headers count on which operation, and what each may hold.

A header that is not listed for an operation is not looked at there. Names are compared without
regard to case; texts show them in lower case, as the standard does.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final


class Kind(Enum):
    """What a header's value must look like."""

    TEXT = auto()
    UUID = auto()
    IP_ADDRESS = auto()
    BOOLEAN = auto()
    URI = auto()
    NOTIFICATION_MODES = auto()
    DATE = auto()


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """One row: the header, what it holds, whether it must be there, how long it may be."""

    name: str
    kind: Kind = Kind.TEXT
    mandatory: bool = False
    max_length: int | None = None
    may_be_blank: bool = True  # where it may be absent as well

    label: str = field(init=False)  # the name as it appears in texts and paths

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.name.lower())


X_REQUEST_ID: Final = HeaderRule("X-Request-ID", Kind.UUID, mandatory=True)

_PSU: Final = (
    HeaderRule("PSU-ID", max_length=50),
    HeaderRule("PSU-ID-Type", max_length=50),
    HeaderRule("PSU-Corporate-ID", max_length=50),
    HeaderRule("PSU-Corporate-ID-Type", max_length=50),
)
WAYS_BACK: Final = (
    HeaderRule("TPP-Redirect-URI", Kind.URI, max_length=500),
    HeaderRule("TPP-Nok-Redirect-URI", Kind.URI, max_length=500),
)
NOTIFICATION_URI: Final = HeaderRule("TPP-Notification-URI", Kind.URI, max_length=500)
_EXPLICIT: Final = HeaderRule("TPP-Explicit-Authorisation-Preferred", Kind.BOOLEAN)
_APPROACH: Final = (
    HeaderRule("TPP-Redirect-Preferred", Kind.BOOLEAN),
    HeaderRule("TPP-Decoupled-Preferred", Kind.BOOLEAN),
)
_IDEMPOTENCY_KEY: Final = HeaderRule("Idempotency-Key", max_length=255, may_be_blank=False)

# spec: header catalogue; the order is the order in which findings are told.
INITIATION: Final = (
    X_REQUEST_ID,
    *_PSU,
    *WAYS_BACK,
    HeaderRule("TPP-Brand-Logging-Information", max_length=255),
    HeaderRule("PSU-Device-ID", Kind.UUID),
    HeaderRule("PSU-IP-Address", Kind.IP_ADDRESS, mandatory=True, max_length=140),
    _EXPLICIT,
    *_APPROACH,
    HeaderRule("TPP-Rejection-NoFunds-Preferred", Kind.BOOLEAN),
    NOTIFICATION_URI,
    HeaderRule("TPP-Notification-Content-Preferred", Kind.NOTIFICATION_MODES),
    _IDEMPOTENCY_KEY,
)

START: Final = (X_REQUEST_ID, *_PSU, *WAYS_BACK, *_APPROACH, _IDEMPOTENCY_KEY)

UPDATE: Final = (X_REQUEST_ID, *_PSU)

CANCELLATION: Final = (X_REQUEST_ID, *WAYS_BACK, _EXPLICIT, *_APPROACH)

READ: Final = (X_REQUEST_ID,)

# What every request carries where the profile demands signatures (spec 5).
SIGNATURE: Final = (
    HeaderRule("Signature", mandatory=True, max_length=8_192),  # of an RSA-8192 key, too
    HeaderRule("TPP-Signature-Certificate", mandatory=True, max_length=16_384),
    HeaderRule("Digest", mandatory=True, max_length=512),
    HeaderRule("Date", Kind.DATE, mandatory=True, max_length=50),
)
