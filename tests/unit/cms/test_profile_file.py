"""Reading a profile: every finding with its path and line; defaults for what is left out."""

from pathlib import Path

import pytest

from cms.domain.profile import (
    KEYS,
    RequestIdReplay,
)
from cms.profile_file import (
    ProfileRead,
    format_findings,
    read_profile,
    read_settings,
)
from cms.profile_file.reference import renewed
from tests.unit.cms.profile_documents import PIS_URL, PIS_URLS, findings_of, profile_of, settings

REPOSITORY = Path(__file__).parents[3]

# The structure and the spellings of a profile as banks have it already.
EXISTING = """\
setting:
  ais:
    consentTypes:
      bankOfferedConsentSupported: true
      globalConsentSupported: true
      availableAccountsConsentSupported: true
      accountAccessFrequencyPerDay: 5
      notConfirmedConsentExpirationTimeMs: 86400000
      maxConsentValidityDays: 0
      accountOwnerInformationSupported: false
      trustedBeneficiariesSupported: false
    redirectLinkToOnlineBanking:
      aisRedirectUrlToAspsp: http://localhost:4200/ais/{redirect-id}/{encrypted-consent-id}
    transactionParameters:
      availableBookingStatuses: [BOOKED, PENDING]
      transactionsWithoutBalancesSupported: false
      supportedTransactionApplicationTypes: [application/json]
    deltaReportSettings:
      entryReferenceFromSupported: false
      deltaListSupported: false
    scaRequirementsForOneTimeConsents:
      scaByOneTimeAvailableAccountsConsentRequired: true
      scaByOneTimeGlobalConsentRequired: true
  pis:
    supportedPaymentTypeAndProductMatrix:
      SINGLE: [sepa-credit-transfers, instant-sepa-credit-transfers]
    maxTransactionValidityDays: 0
    notConfirmedPaymentExpirationTimeMs: 86400000
    paymentCancellationAuthorisationMandated: false
    redirectLinkToOnlineBanking:
      pisRedirectUrlToAspsp: http://localhost:4200/pis/{redirect-id}/{encrypted-payment-id}
      pisPaymentCancellationRedirectUrlToAspsp: http://localhost:4200/pis/cancellation/{redirect-id}
      paymentCancellationRedirectUrlExpirationTimeMs: 600000
    countryValidationSupported: DE
    supportedTransactionStatusFormats: [application/json]
    debtorAccountOptionalInInitialRequest: false
  piis:
    piisConsentSupported: NOT_SUPPORTED
    redirectLinkToOnlineBanking:
      piisRedirectUrlToAspsp: http://localhost:4200/piis/{redirect-id}/{encrypted-consent-id}
  common:
    scaApproachesSupported: [REDIRECT]
    scaRedirectFlow: REDIRECT
    oauthConfigurationUrl: http://localhost:4200/idp/
    startAuthorisationMode: auto
    tppSignatureRequired: false
    psuInInitialRequestMandated: false
    redirectUrlExpirationTimeMs: 600000
    authorisationExpirationTimeMs: 86400000
    forceXs2aBaseLinksUrl: false
    xs2aBaseLinksUrl: http://myhost.com/
    supportedAccountReferenceFields: [IBAN]
    multicurrencyAccountLevelSupported: SUBACCOUNT
    aisPisSessionsSupported: false
    signingBasketSupported: false
    signingBasketMaxEntries: 20
    checkTppRolesFromCertificateSupported: true
    aspspNotificationsSupported: [NONE]
    authorisationConfirmationRequestMandated: false
    authorisationConfirmationCheckByXs2a: false
    checkUriComplianceToDomainSupported: false
    tppUriComplianceResponse: WARNING
"""


def read_text(tmp_path: Path, text: str) -> ProfileRead:
    path = tmp_path / "bank.yml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path)


def test_an_existing_file_loads_without_errors_or_warnings(tmp_path: Path) -> None:
    read = read_text(tmp_path, EXISTING)

    assert read.profile is not None
    assert not [one for one in read.findings if one.severity != "info"]
    assert read.profile.ais.account_access_frequency_per_day == 5
    assert read.profile.sb.signing_basket_max_entries == 20
    assert read.profile.common.xs2a_base_links_url == "http://myhost.com/"


def test_the_profile_of_the_sandbox_bank_is_complete_and_sound() -> None:
    read = read_profile(REPOSITORY / "aspsp-profile.yml")

    assert read.profile is not None
    assert not [one for one in read.findings if one.severity != "info"]
    text = (REPOSITORY / "aspsp-profile.yml").read_text(encoding="utf-8")
    assert [one.path for one in KEYS if f"{one.path.rpartition('.')[2]}:" not in text] == []
    assert read.profile.pis.pis_redirect_url_to_aspsp == "http://127.0.0.1:4400/pis/{redirect-id}"
    assert read.profile.common.sca_approaches_supported == ("REDIRECT", "EMBEDDED", "DECOUPLED")


def test_what_is_left_out_or_empty_takes_the_documented_default(tmp_path: Path) -> None:
    left_out = profile_of(settings())
    text = (
        "setting:\n  ais:\n  sb: {}\n  pis:\n    redirectLinkToOnlineBanking:\n"
        f"      pisRedirectUrlToAspsp: {PIS_URL}\n"
        f"      pisPaymentCancellationRedirectUrlToAspsp: {PIS_URL}\n"
        "    notConfirmedPaymentExpirationTimeMs:\n  common: {scaApproachesSupported: }\n"
    )
    empty = read_text(tmp_path, text).profile

    assert left_out == empty
    for one in KEYS:
        if one.path.rpartition(".")[2] not in PIS_URLS:
            assert one.value_in(left_out) == one.default, one.path


def test_all_findings_at_once_with_path_and_line(tmp_path: Path) -> None:
    read = read_text(
        tmp_path,
        """\
setting:
  pis:
    supportedPaymentTypeAndProductMatrix:
      SINGLE:
        - sepa-credit-transfers
        - 7
      PERIODIK: []
    redirectLinkToOnlineBanking: 5
  common:
    tppSignatureRequred: false
    redirectUrlExpirationTimeMs: -1
    scaRedirectFlow: DETOUR
    startAuthorisationMode: [auto]
extra: 1
""",
    )

    assert read.profile is None
    assert [(one.severity.value, one.line, one.path) for one in read.findings] == [
        ("error", 6, "setting.pis.supportedPaymentTypeAndProductMatrix.SINGLE[1]"),
        ("error", 7, "setting.pis.supportedPaymentTypeAndProductMatrix.PERIODIK"),
        ("error", 8, "setting.pis.redirectLinkToOnlineBanking"),
        ("error", 10, "setting.common.tppSignatureRequred"),
        ("error", 11, "setting.common.redirectUrlExpirationTimeMs"),
        ("error", 12, "setting.common.scaRedirectFlow"),
        ("error", 13, "setting.common.startAuthorisationMode"),
        ("error", 14, "extra"),
    ]


@pytest.mark.parametrize(
    "document, hint",
    [
        ({"common": {"tppSignatureRequred": False}}, "did you mean tppSignatureRequired?"),
        ({"common": {"TPPSIGNATUREREQUIRED": False}}, "did you mean tppSignatureRequired?"),
        ({"comon": {}}, "did you mean common?"),
        ({"ais": {"consentType": {}}}, "did you mean consentTypes?"),
        (
            {"ais": {"globalConsentSupported": True}},
            "it belongs to ais.consentTypes.globalConsentSupported",
        ),
        ({"common": {"zzz": 1}}, "is not a key of the profile"),
        ({"common": {5: 1}}, "is not a key of the profile"),
    ],
)
def test_unknown_key_is_an_error_with_a_suggestion(document: dict[str, object], hint: str) -> None:
    (error,) = (
        one for one in read_settings(settings(**document)).findings if one.severity == "error"
    )

    assert error.message.endswith(hint)


@pytest.mark.parametrize("word, country", [("off", "NO"), ("OFF", "no")])
def test_yaml_words_are_not_mistaken_for_booleans(tmp_path: Path, word: str, country: str) -> None:
    text = f"{EXISTING}    xRequestIdReplay: {word}\n"
    text = text.replace("countryValidationSupported: DE", f"countryValidationSupported: {country}")
    profile = read_text(tmp_path, text).profile

    assert profile is not None
    assert profile.common.x_request_id_replay is RequestIdReplay.OFF
    assert profile.pis.country_validation_supported == country


def test_older_spellings_are_read_and_named() -> None:
    document = settings(
        common={"signingBasketMaxEntries": 3},
        pis={"paymentCancellationAuthorizationMandated": True},
    )
    profile = profile_of(document)

    assert profile.sb.signing_basket_max_entries == 3
    assert profile.pis.payment_cancellation_authorisation_mandated is True
    assert ("info", "common.signingBasketMaxEntries") in findings_of(document)


@pytest.mark.parametrize("older_first", [True, False])
def test_the_present_spelling_wins_over_an_older_one(older_first: bool) -> None:
    older = {"common": {"signingBasketMaxEntries": 3}}
    present = {"sb": {"signingBasketMaxEntries": 4}}
    document = {**older, **present} if older_first else {**present, **older}

    assert profile_of(settings(**document)).sb.signing_basket_max_entries == 4
    assert ("warning", "common.signingBasketMaxEntries") in findings_of(settings(**document))


def test_an_ignored_key_is_named() -> None:
    document = settings(pis={"maxTransactionValidityDays": 3})

    assert ("info", "pis.maxTransactionValidityDays") in findings_of(document)


@pytest.mark.parametrize(
    "text, message",
    [
        ("setting: [", "the file is not YAML"),
        ("setting: &a [*a]", "must be a mapping"),
        ("setting: {? [1] : 2}", "the file is not YAML"),
        ("- setting", "must be a mapping with the key setting, not a list"),
        ("text", "must be a mapping with the key setting, not 'text'"),
        ("ais: {}", "it belongs below setting"),
        ("settings: {}", "did you mean setting?"),
        ("setting: {common: {}, common: {}}", "a second time"),
        ("[" * 5000, "the file is not YAML"),
        ("setting: {common: {tppSignatureRequired: !!python/object:os.x {}}}", "not YAML"),
        ("", "must be set: payments are authorised by redirect"),
    ],
)
def test_what_is_no_profile_at_all_is_a_finding(tmp_path: Path, text: str, message: str) -> None:
    read = read_text(tmp_path, text)

    assert read.profile is None
    assert message in format_findings(read.findings)


def test_a_missing_or_unreadable_file_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "latin.yml").write_bytes(b"setting: \xff")

    for path in (tmp_path / "none.yml", tmp_path, tmp_path / "latin.yml"):
        read = read_profile(path)
        assert read.profile is None
        assert str(read.findings[0]).startswith(f"{path}: error: the file")


def test_findings_for_a_terminal(tmp_path: Path) -> None:
    read = read_text(tmp_path, "setting: {common: {tppSignatureRequired: 1}}")
    *lines, summary = format_findings(read.findings).splitlines()

    assert f"{tmp_path}/bank.yml:1: error: setting.common.tppSignatureRequired: must be true" in (
        lines[0] + lines[1] + lines[2]
    )
    assert summary == "2 errors, 1 warning, 0 remarks"


def test_the_documentation_is_up_to_date() -> None:
    document = (REPOSITORY / "docs" / "profile.md").read_text(encoding="utf-8")

    assert renewed(document) == document
