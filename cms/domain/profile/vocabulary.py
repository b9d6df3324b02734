"""The words a profile value may be. Each value is the word of the YAML document."""

from enum import StrEnum
from typing import Final

COUNTRIES_WITH_RULES: Final = ("AT", "CH", "DE")
"""Those with a row in `xs2a.spec.countries`; a test holds the two together."""


class ScaApproach(StrEnum):
    """How the PSU authorises; the order in the profile is the bank's preference."""

    REDIRECT = "REDIRECT"
    EMBEDDED = "EMBEDDED"
    DECOUPLED = "DECOUPLED"


class ScaRedirectFlow(StrEnum):
    """What a redirect goes through: the bank's pages, or OAuth 2 in one of two orders."""

    REDIRECT = "REDIRECT"
    OAUTH = "OAUTH"
    OAUTH_PRE_STEP = "OAUTH_PRE_STEP"


class StartAuthorisationMode(StrEnum):
    """Who opens the authorisation: the bank with the resource (implicit) or the TPP (explicit)."""

    AUTO = "auto"
    EXPLICIT = "explicit"
    IMPLICIT = "implicit"


class AccountReferenceKind(StrEnum):
    """The ways of naming an account that requests may use."""

    IBAN = "IBAN"
    BBAN = "BBAN"
    PAN = "PAN"
    MASKED_PAN = "MASKED_PAN"
    MSISDN = "MSISDN"


class MulticurrencyLevel(StrEnum):
    """How an account in several currencies is shown."""

    SUBACCOUNT = "SUBACCOUNT"
    AGGREGATION = "AGGREGATION"
    AGGREGATION_AND_SUBACCOUNT = "AGGREGATION_AND_SUBACCOUNT"


class NotificationMode(StrEnum):
    """Which moves of a resource a TPP may ask to be told of."""

    SCA = "SCA"
    PROCESS = "PROCESS"
    LAST = "LAST"
    NONE = "NONE"


class UriComplianceResponse(StrEnum):
    """What happens to a redirect URI outside the domains of the TPP's certificate."""

    WARNING = "WARNING"
    REJECT = "REJECT"


class BookingStatus(StrEnum):
    """The `bookingStatus` values a transaction list may be asked for."""

    INFORMATION = "INFORMATION"
    PENDING = "PENDING"
    BOOKED = "BOOKED"
    BOTH = "BOTH"
    ALL = "ALL"


class FundsConsentMode(StrEnum):
    """Where the consent behind a funds confirmation comes from."""

    NOT_SUPPORTED = "NOT_SUPPORTED"
    TPP_CONSENT_SUPPORTED = "TPP_CONSENT_SUPPORTED"
    ASPSP_CONSENT_SUPPORTED = "ASPSP_CONSENT_SUPPORTED"


class XmlValidation(StrEnum):
    """What a deviation from the pain.001 schema leads to: a warning, or a refusal (P11)."""

    LENIENT = "lenient"
    STRICT = "strict"


class RequestIdReplay(StrEnum):
    """Whether a repeated `X-Request-ID` is answered like a repeated `Idempotency-Key` (P14)."""

    OFF = "off"
    REPLAY = "replay"
