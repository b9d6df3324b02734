"""What this version does not serve yet. Rows leave these tables as the services arrive."""

from typing import Final

from cms.domain.profile import (
    Key,
    NotificationMode,
    Severity,
)
from cms.profile_file.check import Check, when

NOT_SERVED: Final[tuple[Check, ...]] = (
    Check(
        "sb.signingBasketSupported",
        Severity.WARNING,
        "this version serves no signing baskets, only the explicit start that they bring",
        when(lambda p: p.sb.signing_basket_supported),
    ),
    Check(
        "common.aspspNotificationsSupported",
        Severity.WARNING,
        "the headers are answered, but this version delivers no notifications",
        when(lambda p: set(p.common.aspsp_notifications_supported) != {NotificationMode.NONE}),
    ),
)

WAITS_FOR: Final[tuple[tuple[str, str], ...]] = (
    ("ais.", "account information"),
    ("piis.", "confirmation of funds"),
    ("sb.signingBasketMaxEntries", "signing baskets"),
    ("sb.notConfirmedSigningBasketExpirationTimeMs", "signing baskets"),
    ("sb.sbRedirectUrlToAspsp", "signing baskets"),
    ("common.multicurrencyAccountLevelSupported", "account information"),
    ("common.aisPisSessionsSupported", "account information"),
)
"""Keys that are read and checked, but that only a later version acts on: path prefix, service."""


def waits_for(one: Key) -> str:
    """The service that this key waits for, or empty where it is in force."""
    return next((service for path, service in WAITS_FOR if one.path.startswith(path)), "")
