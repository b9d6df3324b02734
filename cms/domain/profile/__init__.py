"""What this bank offers and how: the ASPSP profile, typed. Reading it is `cms.profile_file`'s."""

from cms.domain.profile.findings import (
    BlankTenant,
    Finding,
    ProfileInvalid,
    Severity,
    UnknownTenant,
)
from cms.domain.profile.keys import Key
from cms.domain.profile.sections import (
    KEYS,
    SECTIONS,
    AisProfile,
    CommonProfile,
    PiisProfile,
    PisProfile,
    Profile,
    SbProfile,
)
from cms.domain.profile.vocabulary import (
    COUNTRIES_WITH_RULES,
    AccountReferenceKind,
    BookingStatus,
    FundsConsentMode,
    MulticurrencyLevel,
    NotificationMode,
    RequestIdReplay,
    ScaApproach,
    ScaRedirectFlow,
    StartAuthorisationMode,
    UriComplianceResponse,
    XmlValidation,
)

__all__ = [
    "COUNTRIES_WITH_RULES",
    "KEYS",
    "SECTIONS",
    "AccountReferenceKind",
    "AisProfile",
    "BlankTenant",
    "BookingStatus",
    "CommonProfile",
    "Finding",
    "FundsConsentMode",
    "Key",
    "MulticurrencyLevel",
    "NotificationMode",
    "PiisProfile",
    "PisProfile",
    "Profile",
    "ProfileInvalid",
    "RequestIdReplay",
    "SbProfile",
    "ScaApproach",
    "ScaRedirectFlow",
    "Severity",
    "StartAuthorisationMode",
    "UnknownTenant",
    "UriComplianceResponse",
    "XmlValidation",
]
