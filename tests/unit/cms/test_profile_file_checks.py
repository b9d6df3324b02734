"""What keys must agree on, and what this version does not serve: each row makes its finding."""

from typing import Any

import pytest

from cms.domain.profile import KEYS
from cms.profile_file import read_settings
from cms.profile_file.cross_checks import CROSS_CHECKS
from cms.profile_file.not_served import NOT_SERVED, WAITS_FOR

LINKS = "pis.redirectLinkToOnlineBanking"
URL = "https://bank.example/{redirect-id}"
OAUTH = "https://bank.example/.well-known/oauth"
MATRIX = "pis.supportedPaymentTypeAndProductMatrix"

SOUND = {
    f"{LINKS}.pisRedirectUrlToAspsp": URL,
    f"{LINKS}.pisPaymentCancellationRedirectUrlToAspsp": URL,
}


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for path, value in flat.items():
        *groups, name = path.split(".")
        below = document
        for group in groups:
            below = below.setdefault(group, {})
        below[name] = value
    return document


def findings_of(**changes: Any) -> list[tuple[str, str]]:
    read = read_settings(nested({**SOUND, **changes}))
    assert (read.profile is None) == any(one.severity == "error" for one in read.findings)
    return [(one.severity.value, one.path) for one in read.findings if one.severity != "info"]


def test_the_sound_profile_has_no_finding() -> None:
    assert findings_of() == []


@pytest.mark.parametrize(
    "changes, severity, path",
    [
        # What keys must agree on (F2).
        ({f"{LINKS}.pisRedirectUrlToAspsp": ""}, "error", f"{LINKS}.pisRedirectUrlToAspsp"),
        (
            {f"{LINKS}.pisPaymentCancellationRedirectUrlToAspsp": None},
            "warning",
            f"{LINKS}.pisPaymentCancellationRedirectUrlToAspsp",
        ),
        (
            {"piis.piisConsentSupported": "TPP_CONSENT_SUPPORTED"},
            "error",
            "piis.redirectLinkToOnlineBanking.piisRedirectUrlToAspsp",
        ),
        (
            {"common.forceXs2aBaseLinksUrl": True},
            "error",
            "common.xs2aBaseLinksUrl",
        ),
        (
            {f"{LINKS}.pisRedirectUrlToAspsp": "https://bank.example/pis"},
            "warning",
            f"{LINKS}.pisRedirectUrlToAspsp",
        ),
        (
            {f"{LINKS}.pisRedirectUrlToAspsp": URL + "/{encrypted-consent-id}"},
            "warning",
            f"{LINKS}.pisRedirectUrlToAspsp",
        ),
        (
            {f"{LINKS}.pisRedirectUrlToAspsp": "bank.example/{redirect-id}"},
            "warning",
            f"{LINKS}.pisRedirectUrlToAspsp",
        ),
        (
            {f"{LINKS}.pisRedirectUrlToAspsp": "http://[{redirect-id}"},
            "warning",
            f"{LINKS}.pisRedirectUrlToAspsp",
        ),
        (
            {"ais.redirectLinkToOnlineBanking.aisRedirectUrlToAspsp": "https://bank.example/"},
            "warning",
            "ais.redirectLinkToOnlineBanking.aisRedirectUrlToAspsp",
        ),
        ({MATRIX: {}}, "warning", MATRIX),
        ({MATRIX: {"SINGLE": []}}, "warning", MATRIX),
        (
            {"pis.notConfirmedPaymentExpirationTimeMs": 0},
            "warning",
            "pis.notConfirmedPaymentExpirationTimeMs",
        ),
        (
            {"common.redirectUrlExpirationTimeMs": 0},
            "warning",
            "common.redirectUrlExpirationTimeMs",
        ),
        (
            {f"{LINKS}.paymentCancellationRedirectUrlExpirationTimeMs": 0},
            "warning",
            f"{LINKS}.paymentCancellationRedirectUrlExpirationTimeMs",
        ),
        (
            {"common.authorisationExpirationTimeMs": 599_999},
            "warning",
            "common.authorisationExpirationTimeMs",
        ),
        (
            {"common.authorisationConfirmationCheckByXs2a": True},
            "warning",
            "common.authorisationConfirmationCheckByXs2a",
        ),
        (
            {
                "common.psuInInitialRequestIgnored": True,
                "common.psuInInitialRequestMandated": True,
            },
            "warning",
            "common.psuInInitialRequestIgnored",
        ),
        (
            {"common.supportedAccountReferenceFields": []},
            "warning",
            "common.supportedAccountReferenceFields",
        ),
        (
            {"pis.supportedTransactionStatusFormats": ["application/json", "text/plain"]},
            "warning",
            "pis.supportedTransactionStatusFormats[1]",
        ),
        ({"common.signatureDateToleranceMs": 0}, "warning", "common.signatureDateToleranceMs"),
        # Not served by this version.
        (
            {"common.scaRedirectFlow": "OAUTH_PRE_STEP"},
            "error",
            "common.oauthConfigurationUrl",
        ),
        ({"sb.signingBasketSupported": True}, "warning", "sb.signingBasketSupported"),
        (
            {"common.aspspNotificationsSupported": ["SCA", "NONE"]},
            "warning",
            "common.aspspNotificationsSupported",
        ),
    ],
)
def test_one_disagreement_makes_one_finding(
    changes: dict[str, Any], severity: str, path: str
) -> None:
    assert findings_of(**changes) == [(severity, path)]


@pytest.mark.parametrize(
    "changes",
    [
        # The PSU goes to a server of the bank's own instead.
        {"common.scaRedirectFlow": "OAUTH", f"{LINKS}.pisRedirectUrlToAspsp": ""},
        {"common.scaRedirectFlow": "OAUTH"},
        {"common.scaRedirectFlow": "OAUTH_PRE_STEP"},
    ],
)
def test_a_flow_of_oauth_needs_a_server(changes: dict[str, Any]) -> None:
    assert findings_of(**changes, **{"common.oauthConfigurationUrl": OAUTH}) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"common.scaApproachesSupported": ["REDIRECT", "EMBEDDED", "DECOUPLED"]},
        *(
            # Nobody is sent to a page of the bank, so it needs none.
            {
                "common.scaApproachesSupported": approaches,
                f"{LINKS}.pisRedirectUrlToAspsp": "",
                f"{LINKS}.pisPaymentCancellationRedirectUrlToAspsp": "",
            }
            for approaches in (["EMBEDDED"], ["DECOUPLED"], ["DECOUPLED", "EMBEDDED"])
        ),
        {"common.startAuthorisationMode": "explicit"},
        {"common.startAuthorisationMode": "implicit"},
        {"common.authorisationConfirmationRequestMandated": True},
        {
            "common.authorisationConfirmationRequestMandated": True,
            "common.authorisationConfirmationCheckByXs2a": True,
        },
        {"common.oauthConfigurationUrl": OAUTH},
        {"pis.paymentCancellationAuthorisationMandated": True},
        {f"{LINKS}.paymentCancellationRedirectUrlExpirationTimeMs": 1},
    ],
)
def test_what_is_served_makes_no_finding_at_all(changes: dict[str, Any]) -> None:
    assert read_settings(nested({**SOUND, **changes})).findings == ()


def test_what_a_key_waits_for_is_told_where_it_is_set() -> None:
    read = read_settings(nested({**SOUND, "ais.consentTypes.globalConsentSupported": True}))
    messages = {one.path: one.message for one in read.findings}

    assert messages["ais.consentTypes.globalConsentSupported"].startswith(
        "waits for account information"
    )


def test_the_tables_name_keys_that_exist() -> None:
    paths = {one.path for one in KEYS}

    assert {row.path for row in (*CROSS_CHECKS, *NOT_SERVED)} <= paths
    assert all(any(one.startswith(path) for one in paths) for path, _ in WAITS_FOR)
