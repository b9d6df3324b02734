"""The sections of the profile, key by key: field, YAML path, documented default, effect.

Times are `timedelta` here and milliseconds in the document; a text that is not set is empty. The
structure is that of the `bank_profile.yml` that banks already have (F1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from cms.domain.payment_service import PaymentService
from cms.domain.profile.keys import Key, key, keys_of
from cms.domain.profile.vocabulary import (
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

ProductMatrix = Mapping[PaymentService, tuple[str, ...]]

_DEFAULT_MATRIX: Final[ProductMatrix] = MappingProxyType(
    {PaymentService.PAYMENTS: ("sepa-credit-transfers", "instant-sepa-credit-transfers")}
)
_JSON: Final[tuple[str, ...]] = ("application/json",)


@dataclass(frozen=True, slots=True, kw_only=True)
class AisProfile:
    """Account information and its consents (section `ais`)."""

    bank_offered_consent_supported: bool = key(
        "consentTypes.bankOfferedConsentSupported",
        False,
        "Consents may leave the choice of accounts to the bank's pages.",
    )
    global_consent_supported: bool = key(
        "consentTypes.globalConsentSupported",
        False,
        "Consents may ask for everything at once (`allPsd2`).",
    )
    available_accounts_consent_supported: bool = key(
        "consentTypes.availableAccountsConsentSupported",
        True,
        "Consents may ask for the list of available accounts, with or without balances.",
    )
    account_access_frequency_per_day: int = key(
        "consentTypes.accountAccessFrequencyPerDay",
        4,
        "Upper bound of a TPP's `frequencyPerDay`: reads a day without the PSU.",
    )
    not_confirmed_consent_expiration_time: timedelta = key(
        "consentTypes.notConfirmedConsentExpirationTimeMs",
        timedelta(hours=24),
        "A consent that the PSU has not confirmed by then is rejected.",
    )
    max_consent_validity_days: int = key(
        "consentTypes.maxConsentValidityDays",
        0,
        "Caps `validUntil`, today included; 0 sets no cap.",
    )
    account_owner_information_supported: bool = key(
        "consentTypes.accountOwnerInformationSupported",
        False,
        "The owner's name may be asked for and is answered.",
    )
    trusted_beneficiaries_supported: bool = key(
        "consentTypes.trustedBeneficiariesSupported",
        False,
        "The list of trusted beneficiaries may be asked for and read.",
    )
    ais_redirect_url_to_aspsp: str = key(
        "redirectLinkToOnlineBanking.aisRedirectUrlToAspsp",
        "",
        "The bank's page for a consent; placeholders `{redirect-id}`, `{encrypted-consent-id}`, "
        "`{inr-id}`, `{instance-id}`.",
    )
    available_booking_statuses: tuple[BookingStatus, ...] = key(
        "transactionParameters.availableBookingStatuses",
        (BookingStatus.BOOKED, BookingStatus.PENDING),
        "The values of `bookingStatus` that are answered; BOOKED is always one of them.",
    )
    transactions_without_balances_supported: bool = key(
        "transactionParameters.transactionsWithoutBalancesSupported",
        False,
        "If not, the bank is always asked for balances beside transactions.",
    )
    supported_transaction_application_types: tuple[str, ...] = key(
        "transactionParameters.supportedTransactionApplicationTypes",
        _JSON,
        "The media types of transaction lists; an empty list allows any.",
    )
    entry_reference_from_supported: bool = key(
        "deltaReportSettings.entryReferenceFromSupported",
        False,
        "`entryReferenceFrom` may ask for what is new since an entry.",
    )
    delta_list_supported: bool = key(
        "deltaReportSettings.deltaListSupported",
        False,
        "`deltaList` may ask for what is new since the last call.",
    )
    sca_by_one_time_available_accounts_consent_required: bool = key(
        "scaRequirementsForOneTimeConsents.scaByOneTimeAvailableAccountsConsentRequired",
        True,
        "If not, a one-off consent for available accounts needs the password only.",
    )
    sca_by_one_time_global_consent_required: bool = key(
        "scaRequirementsForOneTimeConsents.scaByOneTimeGlobalConsentRequired",
        True,
        "If not, a one-off global consent needs the password only.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PisProfile:
    """Payment initiation and cancellation (section `pis`)."""

    supported_payment_type_and_product_matrix: ProductMatrix = key(
        "supportedPaymentTypeAndProductMatrix",
        _DEFAULT_MATRIX,
        "What may be initiated: payment type (SINGLE, BULK, PERIODIC) to payment products. "
        "A missing type is answered PARAMETER_NOT_SUPPORTED, a missing product PRODUCT_UNKNOWN.",
    )
    max_transaction_validity_days: int = key(
        "maxTransactionValidityDays",
        0,
        "Nothing looks at it.",
        ignored="it has never had a meaning; the bank judges execution dates itself",
    )
    not_confirmed_payment_expiration_time: timedelta = key(
        "notConfirmedPaymentExpirationTimeMs",
        timedelta(hours=24),
        "A payment that the PSU has not authorised by then is rejected.",
    )
    payment_cancellation_authorisation_mandated: bool = key(
        "paymentCancellationAuthorisationMandated",
        False,
        "The PSU must authorise a cancellation even where the bank does not ask for it.",
    )
    pis_redirect_url_to_aspsp: str = key(
        "redirectLinkToOnlineBanking.pisRedirectUrlToAspsp",
        "",
        "The bank's page for a payment, given as `scaRedirect`; placeholders `{redirect-id}`, "
        "`{encrypted-payment-id}`, `{inr-id}`, `{instance-id}`.",
    )
    pis_payment_cancellation_redirect_url_to_aspsp: str = key(
        "redirectLinkToOnlineBanking.pisPaymentCancellationRedirectUrlToAspsp",
        "",
        "The same for the cancellation of a payment.",
    )
    payment_cancellation_redirect_url_expiration_time: timedelta = key(
        "redirectLinkToOnlineBanking.paymentCancellationRedirectUrlExpirationTimeMs",
        timedelta(minutes=10),
        "Lifetime of the link to the page for a cancellation.",
    )
    country_validation_supported: str = key(
        "countryValidationSupported",
        "DE",
        "The country whose field rules apply to JSON payments (ISO 3166-1, two letters): DE, AT or "
        "CH; one without rules of its own has those of DE.",
    )
    supported_transaction_status_formats: tuple[str, ...] = key(
        "supportedTransactionStatusFormats",
        _JSON,
        "The media types in which the status of a payment is answered.",
    )
    debtor_account_optional_in_initial_request: bool = key(
        "debtorAccountOptionalInInitialRequest",
        False,
        "A payment may be initiated without `debtorAccount`; the PSU chooses it later.",
    )
    xml_validation: XmlValidation = key(
        "xmlValidation",
        XmlValidation.LENIENT,
        "Deviations from the pain.001 schema: `lenient` answers warnings, `strict` refuses.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PiisProfile:
    """Confirmation of funds and its consents (section `piis`)."""

    piis_consent_supported: FundsConsentMode = key(
        "piisConsentSupported",
        FundsConsentMode.NOT_SUPPORTED,
        "Whether a funds confirmation needs a consent, and whether the TPP or the bank makes it.",
    )
    piis_redirect_url_to_aspsp: str = key(
        "redirectLinkToOnlineBanking.piisRedirectUrlToAspsp",
        "",
        "The bank's page for a funds consent; placeholders as for `ais`.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SbProfile:
    """Signing baskets (section `sb`)."""

    signing_basket_supported: bool = key(
        "signingBasketSupported",
        False,
        "With `startAuthorisationMode: auto` a TPP that prefers explicit authorisation gets it, "
        "to authorise payments and consents together.",
    )
    signing_basket_max_entries: int = key(
        "signingBasketMaxEntries", 10, "How many payments and consents one basket may hold."
    )
    not_confirmed_signing_basket_expiration_time: timedelta = key(
        "notConfirmedSigningBasketExpirationTimeMs",
        timedelta(hours=24),
        "A basket that the PSU has not authorised by then is rejected.",
    )
    sb_redirect_url_to_aspsp: str = key(
        "sbRedirectUrlToAspsp", "", "The bank's page for a basket; placeholder `{redirect-id}`."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonProfile:
    """What holds for all services (section `common`)."""

    sca_approaches_supported: tuple[ScaApproach, ...] = key(
        "scaApproachesSupported",
        (ScaApproach.REDIRECT,),
        "The ways for a PSU to authorise, the bank's preferred one first; a TPP may wish for "
        "another by `TPP-Redirect-Preferred` and `TPP-Decoupled-Preferred`.",
    )
    sca_redirect_flow: ScaRedirectFlow = key(
        "scaRedirectFlow",
        ScaRedirectFlow.REDIRECT,
        "Whether a redirect leads to the bank's pages or goes through OAuth 2, "
        "integrated (OAUTH) or before everything else (OAUTH_PRE_STEP).",
    )
    oauth_configuration_url: str = key(
        "oauthConfigurationUrl", "", "Where the metadata of the authorization server is."
    )
    start_authorisation_mode: StartAuthorisationMode = key(
        "startAuthorisationMode",
        StartAuthorisationMode.AUTO,
        "Whether the bank opens the authorisation with the resource (`implicit`), waits for the "
        "TPP to do it (`explicit`), or decides by the case (`auto`).",
    )
    tpp_signature_required: bool = key(
        "tppSignatureRequired", False, "Every request must be signed by the TPP."
    )
    signature_date_tolerance: timedelta = key(
        "signatureDateToleranceMs",
        timedelta(minutes=5),
        "How far the `Date` of a signed request may be from the time now, in either direction.",
    )
    psu_in_initial_request_mandated: bool = key(
        "psuInInitialRequestMandated",
        False,
        "The first request must carry `PSU-ID`, or an access token that names the PSU.",
    )
    psu_in_initial_request_ignored: bool = key(
        "psuInInitialRequestIgnored",
        False,
        "The PSU headers of the first request are dropped, save the IP address; not what an access "
        "token says.",
    )
    redirect_url_expiration_time: timedelta = key(
        "redirectUrlExpirationTimeMs",
        timedelta(minutes=10),
        "Lifetime of the link to the bank's page.",
    )
    authorisation_expiration_time: timedelta = key(
        "authorisationExpirationTimeMs", timedelta(hours=24), "Lifetime of an authorisation."
    )
    force_xs2a_base_links_url: bool = key(
        "forceXs2aBaseLinksUrl",
        False,
        "Links start with `xs2aBaseLinksUrl` instead of the address the request came to.",
    )
    xs2a_base_links_url: str = key(
        "xs2aBaseLinksUrl", "", "The start of links; `/` makes them relative."
    )
    supported_account_reference_fields: tuple[AccountReferenceKind, ...] = key(
        "supportedAccountReferenceFields",
        (AccountReferenceKind.IBAN,),
        "The ways of naming an account that requests may use.",
    )
    multicurrency_account_level_supported: MulticurrencyLevel = key(
        "multicurrencyAccountLevelSupported",
        MulticurrencyLevel.SUBACCOUNT,
        "How an account in several currencies is shown.",
    )
    ais_pis_sessions_supported: bool = key(
        "aisPisSessionsSupported",
        False,
        "A consent may announce payments in the same session (`combinedServiceIndicator`).",
    )
    check_tpp_roles_from_certificate_supported: bool = key(
        "checkTppRolesFromCertificateSupported",
        True,
        "The roles in the TPP's certificate decide what it may call.",
    )
    aspsp_notifications_supported: tuple[NotificationMode, ...] = key(
        "aspspNotificationsSupported",
        (NotificationMode.NONE,),
        "Which moves of a resource a TPP may ask to be told of.",
    )
    authorisation_confirmation_request_mandated: bool = key(
        "authorisationConfirmationRequestMandated",
        False,
        "After the redirect the TPP must confirm the authorisation with a code.",
    )
    authorisation_confirmation_check_by_xs2a: bool = key(
        "authorisationConfirmationCheckByXs2a",
        False,
        "That code is compared here instead of by the bank.",
    )
    check_uri_compliance_to_domain_supported: bool = key(
        "checkUriComplianceToDomainSupported",
        False,
        "Redirect and notification URIs must lie in a domain of the TPP's certificate.",
    )
    tpp_uri_compliance_response: UriComplianceResponse = key(
        "tppUriComplianceResponse",
        UriComplianceResponse.WARNING,
        "What happens to a URI that does not.",
    )
    iban_validation_disabled: bool = key(
        "ibanValidationDisabled", False, "The syntax of IBANs is not checked."
    )
    x_request_id_replay: RequestIdReplay = key(
        "xRequestIdReplay",
        RequestIdReplay.OFF,
        "With `replay`, a POST that repeats an `X-Request-ID` is answered as one that repeats "
        "an `Idempotency-Key`.",
    )

    @property
    def refuses_foreign_uris(self) -> bool:
        """Is a redirect URI outside of the domains of the TPP's certificate refused?"""
        refuses = self.tpp_uri_compliance_response is UriComplianceResponse.REJECT
        return self.check_uri_compliance_to_domain_supported and refuses


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The ASPSP profile of one tenant; without arguments, all documented defaults."""

    ais: AisProfile = field(default_factory=AisProfile)
    pis: PisProfile = field(default_factory=PisProfile)
    piis: PiisProfile = field(default_factory=PiisProfile)
    sb: SbProfile = field(default_factory=SbProfile)
    common: CommonProfile = field(default_factory=CommonProfile)


SECTIONS: Final[Mapping[str, type]] = MappingProxyType(
    {
        "ais": AisProfile,
        "pis": PisProfile,
        "piis": PiisProfile,
        "sb": SbProfile,
        "common": CommonProfile,
    }
)

KEYS: Final[tuple[Key, ...]] = tuple(
    one for name, section in SECTIONS.items() for one in keys_of(name, section)
)
