"""What the keys of a profile must agree on (F2): one row per rule."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from cms.domain.profile import (
    COUNTRIES_WITH_RULES,
    FundsConsentMode,
    Profile,
    ScaApproach,
    ScaRedirectFlow,
    Severity,
)
from cms.profile_file.check import Check, when

_STATUS_FORMATS: Final = "pis.supportedTransactionStatusFormats"
_MATRIX: Final = "pis.supportedPaymentTypeAndProductMatrix"
_PIS_URL: Final = "pis.redirectLinkToOnlineBanking.pisRedirectUrlToAspsp"
_PIS_CANCELLATION_URL: Final = (
    "pis.redirectLinkToOnlineBanking.pisPaymentCancellationRedirectUrlToAspsp"
)
_PIS_CANCELLATION_LIFETIME: Final = (
    "pis.redirectLinkToOnlineBanking.paymentCancellationRedirectUrlExpirationTimeMs"
)
_AIS_URL: Final = "ais.redirectLinkToOnlineBanking.aisRedirectUrlToAspsp"
_PIIS_URL: Final = "piis.redirectLinkToOnlineBanking.piisRedirectUrlToAspsp"
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_PAYMENT_PLACEHOLDERS: Final = (
    "{redirect-id}",
    "{encrypted-payment-id}",
    "{inr-id}",
    "{instance-id}",
)
_CONSENT_PLACEHOLDERS: Final = (
    "{redirect-id}",
    "{encrypted-consent-id}",
    "{inr-id}",
    "{instance-id}",
)


def _redirects(profile: Profile) -> bool:
    """Does a redirect lead to pages of the bank named in this profile?"""
    common = profile.common
    return (
        ScaApproach.REDIRECT in common.sca_approaches_supported
        and common.sca_redirect_flow is not ScaRedirectFlow.OAUTH
    )


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(_PLACEHOLDER.sub("x", url))
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc)


def _url_checks(
    path: str, placeholders: tuple[str, ...], url: Callable[[Profile], str]
) -> tuple[Check, ...]:
    """What holds for each URL of the bank's pages; nothing is said where none is set."""
    known = ", ".join(placeholders)
    return (
        Check(
            path,
            Severity.WARNING,
            "has no {redirect-id}: the page cannot tell which authorisation it is about",
            when(lambda profile: bool(url(profile)) and "{redirect-id}" not in url(profile)),
        ),
        Check(
            path,
            Severity.WARNING,
            f"holds a placeholder that is never filled; known are {known}",
            when(lambda profile: not set(_PLACEHOLDER.findall(url(profile))) <= set(placeholders)),
        ),
        Check(
            path,
            Severity.WARNING,
            "is not an absolute URL; the PSU's browser cannot follow it",
            when(lambda profile: bool(url(profile)) and not _is_absolute(url(profile))),
        ),
    )


def _unknown_status_formats(profile: Profile) -> Iterator[str]:
    """A payment's status is either JSON or a pain.002 message (spec 14.2)."""
    for position, media_type in enumerate(profile.pis.supported_transaction_status_formats):
        if media_type not in {"application/json", "application/xml"}:
            yield f"[{position}]"


CROSS_CHECKS: Final[tuple[Check, ...]] = (
    Check(
        "pis.countryValidationSupported",
        Severity.WARNING,
        "has no rules of its own, those of DE apply; there are rules of "
        + ", ".join(COUNTRIES_WITH_RULES),
        when(lambda p: p.pis.country_validation_supported.upper() not in COUNTRIES_WITH_RULES),
    ),
    Check(
        _STATUS_FORMATS,
        Severity.WARNING,
        "is never answered: a payment's status is application/json or application/xml",
        _unknown_status_formats,
    ),
    Check(
        _PIS_URL,
        Severity.ERROR,
        "must be set: payments are authorised by redirect",
        when(
            lambda p: (
                _redirects(p)
                and bool(p.pis.supported_payment_type_and_product_matrix)
                and not p.pis.pis_redirect_url_to_aspsp
            )
        ),
    ),
    Check(
        _PIS_CANCELLATION_URL,
        Severity.WARNING,
        "is not set: a cancellation that needs the PSU has no page to go to",
        when(lambda p: _redirects(p) and not p.pis.pis_payment_cancellation_redirect_url_to_aspsp),
    ),
    Check(
        _PIIS_URL,
        Severity.ERROR,
        "must be set: funds consents of TPPs are authorised by redirect",
        when(
            lambda p: (
                _redirects(p)
                and p.piis.piis_consent_supported is FundsConsentMode.TPP_CONSENT_SUPPORTED
                and not p.piis.piis_redirect_url_to_aspsp
            )
        ),
    ),
    Check(
        "common.oauthConfigurationUrl",
        Severity.ERROR,
        "must be set: scaRedirectFlow is an OAuth flow",
        when(
            lambda p: (
                p.common.sca_redirect_flow is not ScaRedirectFlow.REDIRECT
                and not p.common.oauth_configuration_url
            )
        ),
    ),
    Check(
        "common.xs2aBaseLinksUrl",
        Severity.ERROR,
        "must be set: forceXs2aBaseLinksUrl is true",
        when(lambda p: p.common.force_xs2a_base_links_url and not p.common.xs2a_base_links_url),
    ),
    *_url_checks(_PIS_URL, _PAYMENT_PLACEHOLDERS, lambda p: p.pis.pis_redirect_url_to_aspsp),
    *_url_checks(
        _PIS_CANCELLATION_URL,
        _PAYMENT_PLACEHOLDERS,
        lambda p: p.pis.pis_payment_cancellation_redirect_url_to_aspsp,
    ),
    *_url_checks(_AIS_URL, _CONSENT_PLACEHOLDERS, lambda p: p.ais.ais_redirect_url_to_aspsp),
    *_url_checks(_PIIS_URL, _CONSENT_PLACEHOLDERS, lambda p: p.piis.piis_redirect_url_to_aspsp),
    Check(
        _MATRIX,
        Severity.WARNING,
        "is empty: no payment can be initiated",
        when(lambda p: not any(p.pis.supported_payment_type_and_product_matrix.values())),
    ),
    Check(
        "pis.notConfirmedPaymentExpirationTimeMs",
        Severity.WARNING,
        "is 0: payments expire before anybody can authorise them",
        when(lambda p: p.pis.not_confirmed_payment_expiration_time == timedelta()),
    ),
    Check(
        "common.redirectUrlExpirationTimeMs",
        Severity.WARNING,
        "is 0: links to the bank's pages expire at once",
        when(lambda p: p.common.redirect_url_expiration_time == timedelta()),
    ),
    Check(
        _PIS_CANCELLATION_LIFETIME,
        Severity.WARNING,
        "is 0: links to the bank's pages expire at once",
        when(lambda p: p.pis.payment_cancellation_redirect_url_expiration_time == timedelta()),
    ),
    Check(
        "common.signatureDateToleranceMs",
        Severity.WARNING,
        "is 0: no signed request can be as punctual as that",
        when(lambda p: p.common.signature_date_tolerance == timedelta()),
    ),
    Check(
        "common.authorisationExpirationTimeMs",
        Severity.WARNING,
        "is shorter than redirectUrlExpirationTimeMs: the link outlives its authorisation",
        when(
            lambda p: p.common.authorisation_expiration_time < p.common.redirect_url_expiration_time
        ),
    ),
    Check(
        "common.authorisationConfirmationCheckByXs2a",
        Severity.WARNING,
        "has no effect without authorisationConfirmationRequestMandated",
        when(
            lambda p: (
                p.common.authorisation_confirmation_check_by_xs2a
                and not p.common.authorisation_confirmation_request_mandated
            )
        ),
    ),
    Check(
        "common.psuInInitialRequestIgnored",
        Severity.WARNING,
        "together with psuInInitialRequestMandated refuses first requests, save by a token that "
        "names the PSU",
        when(
            lambda p: (
                p.common.psu_in_initial_request_ignored and p.common.psu_in_initial_request_mandated
            )
        ),
    ),
    Check(
        "common.supportedAccountReferenceFields",
        Severity.WARNING,
        "is empty: no account can be named in a request",
        when(lambda p: not p.common.supported_account_reference_fields),
    ),
)
