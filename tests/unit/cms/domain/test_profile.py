"""The typed profile: defaults as documented, and one table that tells all of each key."""

import dataclasses
from datetime import timedelta

import pytest

from cms.domain.payment_service import PaymentService
from cms.domain.profile import (
    KEYS,
    SECTIONS,
    Finding,
    Key,
    Profile,
    ProfileInvalid,
    ScaApproach,
    Severity,
    StartAuthorisationMode,
)


@pytest.mark.parametrize(
    "path, value",
    [
        ("ais.consentTypes.bankOfferedConsentSupported", False),
        ("ais.consentTypes.globalConsentSupported", False),
        ("ais.consentTypes.availableAccountsConsentSupported", True),
        ("ais.consentTypes.accountAccessFrequencyPerDay", 4),
        ("ais.consentTypes.notConfirmedConsentExpirationTimeMs", timedelta(days=1)),
        ("ais.consentTypes.maxConsentValidityDays", 0),
        ("ais.transactionParameters.availableBookingStatuses", ("BOOKED", "PENDING")),
        (
            "ais.scaRequirementsForOneTimeConsents.scaByOneTimeGlobalConsentRequired",
            True,
        ),
        (
            "pis.supportedPaymentTypeAndProductMatrix",
            {PaymentService.PAYMENTS: ("sepa-credit-transfers", "instant-sepa-credit-transfers")},
        ),
        ("pis.notConfirmedPaymentExpirationTimeMs", timedelta(days=1)),
        ("pis.countryValidationSupported", "DE"),
        ("pis.supportedTransactionStatusFormats", ("application/json",)),
        ("pis.xmlValidation", "lenient"),
        ("piis.piisConsentSupported", "NOT_SUPPORTED"),
        ("sb.signingBasketMaxEntries", 10),
        ("common.scaApproachesSupported", (ScaApproach.REDIRECT,)),
        ("common.startAuthorisationMode", StartAuthorisationMode.AUTO),
        ("common.redirectUrlExpirationTimeMs", timedelta(minutes=10)),
        ("common.authorisationExpirationTimeMs", timedelta(days=1)),
        ("common.signatureDateToleranceMs", timedelta(minutes=5)),
        ("common.supportedAccountReferenceFields", ("IBAN",)),
        ("common.checkTppRolesFromCertificateSupported", True),
        ("common.aspspNotificationsSupported", ("NONE",)),
        ("common.tppUriComplianceResponse", "WARNING"),
        ("common.xRequestIdReplay", "off"),
    ],
)
def test_documented_default(path: str, value: object) -> None:
    (key,) = (one for one in KEYS if one.path == path)

    assert key.default == value
    assert key.value_in(Profile()) == value


def test_every_field_of_every_section_is_a_key() -> None:
    fields = {
        (name, field.name)
        for name, section in SECTIONS.items()
        for field in dataclasses.fields(section)
    }

    assert {(one.section, one.attribute) for one in KEYS} == fields
    assert len({one.path for one in KEYS}) == len(KEYS) == 56


def test_no_key_is_the_beginning_of_another() -> None:
    paths = [one.path for one in KEYS]

    assert not [
        (one, other) for one in paths for other in paths if one != other and other.startswith(one)
    ]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_field_name_is_the_wire_name_in_snake_case(key: Key) -> None:
    path, attribute = key.path, key.attribute
    wire = path.rpartition(".")[2].removesuffix("Ms")
    squeezed = wire.replace("_", "").casefold()

    assert attribute.replace("_", "") == squeezed
    assert attribute == attribute.lower()


def test_profile_is_a_value() -> None:
    assert Profile() == Profile()
    assert hash(Profile()) == hash(Profile())
    with pytest.raises(dataclasses.FrozenInstanceError):
        Profile().common.tpp_signature_required = True  # type: ignore[misc]
    with pytest.raises(TypeError):
        Profile().pis.supported_payment_type_and_product_matrix[  # type: ignore[index]
            PaymentService.BULK_PAYMENTS
        ] = ()


@pytest.mark.parametrize(
    "finding, line",
    [
        (
            Finding(Severity.ERROR, "setting.pis", 7, "is wrong", "bank.yml"),
            "bank.yml:7: error: setting.pis: is wrong",
        ),
        (Finding(Severity.WARNING, "common.x", None, "is odd"), "warning: common.x: is odd"),
        (
            Finding(Severity.ERROR, "", None, "cannot be read", "bank.yml"),
            "bank.yml: error: cannot be read",
        ),
    ],
)
def test_finding_as_a_line(finding: Finding, line: str) -> None:
    assert str(finding) == line
    assert line in str(ProfileInvalid((finding,)))
