"""What this version does not serve yet. Rows leave these tables as the services arrive."""

from collections.abc import Iterator
from typing import Final

from cms.domain.payment_service import PaymentService
from cms.domain.profile import (
    Key,
    NotificationMode,
    Profile,
    ScaRedirectFlow,
    Severity,
)
from cms.profile_file.check import Check, when

_MATRIX: Final = "pis.supportedPaymentTypeAndProductMatrix"
_STATUS_FORMATS: Final = "pis.supportedTransactionStatusFormats"
_SERVED_PRODUCTS: Final = ("sepa-credit-transfers", "instant-sepa-credit-transfers")


def _unserved_services(profile: Profile) -> Iterator[str]:
    for service in profile.pis.supported_payment_type_and_product_matrix:
        if service is not PaymentService.PAYMENTS:
            yield f".{service.payment_type}"


def _unserved_products(profile: Profile) -> Iterator[str]:
    matrix = profile.pis.supported_payment_type_and_product_matrix
    service = PaymentService.PAYMENTS
    for position, product in enumerate(matrix.get(service, ())):
        if product not in _SERVED_PRODUCTS:
            yield f".{service.payment_type}[{position}]"


def _unserved_status_formats(profile: Profile) -> Iterator[str]:
    for position, media_type in enumerate(profile.pis.supported_transaction_status_formats):
        if media_type != "application/json":
            yield f"[{position}]"


NOT_SERVED: Final[tuple[Check, ...]] = (
    Check(
        _MATRIX,
        Severity.WARNING,
        "is not served by this version: answered with PARAMETER_NOT_SUPPORTED",
        _unserved_services,
    ),
    Check(
        _MATRIX,
        Severity.WARNING,
        "is not served by this version: answered with PRODUCT_UNKNOWN",
        _unserved_products,
    ),
    Check(
        "pis.countryValidationSupported",
        Severity.WARNING,
        "this version has the field rules of DE only",
        when(lambda p: p.pis.country_validation_supported.upper() != "DE"),
    ),
    Check(
        _STATUS_FORMATS,
        Severity.WARNING,
        "is not served by this version: the status is answered as application/json",
        _unserved_status_formats,
    ),
    Check(
        _STATUS_FORMATS,
        Severity.ERROR,
        "must contain application/json: this version serves no other format",
        when(lambda p: "application/json" not in p.pis.supported_transaction_status_formats),
    ),
    Check(
        "common.scaRedirectFlow",
        Severity.WARNING,
        "this version has no authorization server: oauthConfigurationUrl must name the bank's own",
        when(lambda p: p.common.sca_redirect_flow is not ScaRedirectFlow.REDIRECT),
    ),
    Check(
        "common.tppSignatureRequired",
        Severity.ERROR,
        "must be false: this version does not check signatures",
        when(lambda p: p.common.tpp_signature_required),
    ),
    Check(
        "common.checkUriComplianceToDomainSupported",
        Severity.ERROR,
        "must be false: this version does not compare URIs with the certificate",
        when(lambda p: p.common.check_uri_compliance_to_domain_supported),
    ),
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
    ("pis.xmlValidation", "pain.001 products"),
    ("common.multicurrencyAccountLevelSupported", "account information"),
    ("common.aisPisSessionsSupported", "account information"),
    ("common.tppUriComplianceResponse", "the comparison of URIs with the certificate"),
)
"""Keys that are read and checked, but that only a later version acts on: path prefix, service."""


def waits_for(one: Key) -> str:
    """The service that this key waits for, or empty where it is in force."""
    return next((service for path, service in WAITS_FOR if one.path.startswith(path)), "")
