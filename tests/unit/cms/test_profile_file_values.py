"""One value at a time: each type's good and bad values, and the way there and back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.domain.payment_service import PaymentService
from cms.domain.profile import (
    KEYS,
    BookingStatus,
    NotificationMode,
    Profile,
    RequestIdReplay,
    ScaApproach,
    ScaRedirectFlow,
)
from cms.profile_file import read_settings, settings_document
from tests.unit.cms.profile_documents import findings_of, profile_of, settings


@pytest.mark.parametrize(
    "section, key, value",
    [
        ("common", "tppSignatureRequired", "false"),
        ("common", "tppSignatureRequired", 0),
        ("common", "redirectUrlExpirationTimeMs", True),
        ("common", "redirectUrlExpirationTimeMs", "600000"),
        ("common", "redirectUrlExpirationTimeMs", 6.5),
        ("common", "redirectUrlExpirationTimeMs", -1),
        ("common", "redirectUrlExpirationTimeMs", 10**30),
        ("common", "scaApproachesSupported", "REDIRECT"),
        ("common", "scaApproachesSupported", {"REDIRECT": 1}),
        ("common", "xs2aBaseLinksUrl", "https://bank.example/\r\nX: y"),
        ("common", "xs2aBaseLinksUrl", "x" * 3000),
        ("common", "xRequestIdReplay", "on"),
        ("common", "tppUriComplianceResponse", 1),
        ("sb", "signingBasketMaxEntries", -1),
        ("sb", "signingBasketMaxEntries", 10**12),
        ("pis", "supportedPaymentTypeAndProductMatrix", ["SINGLE"]),
        ("pis", "redirectLinkToOnlineBanking", "http://bank.example"),
        ("pis", "notConfirmedPaymentExpirationTimeMs", []),
    ],
)
def test_wrong_type_or_value_is_an_error_at_its_path(section: str, key: str, value: object) -> None:
    errors = [path for severity, path in findings_of(settings(**{section: {key: value}}))]

    assert f"{section}.{key}" in errors
    assert read_settings(settings(**{section: {key: value}})).profile is None


@pytest.mark.parametrize(
    "value, place",
    [
        ({"SINGLE": ["a", ""]}, ".SINGLE[1]"),
        ({"SINGLE": "sepa-credit-transfers"}, ".SINGLE"),
        ({"SINGLE": [], "payments": []}, ".payments"),
        ({"TRIPLE": []}, ".TRIPLE"),
    ],
)
def test_product_matrix_errors_name_the_place(value: object, place: str) -> None:
    document = settings(pis={"supportedPaymentTypeAndProductMatrix": value})

    assert ("error", f"pis.supportedPaymentTypeAndProductMatrix{place}") in findings_of(document)


@pytest.mark.parametrize("name", ["SINGLE", "single", "payments", "Payments"])
def test_payment_types_are_read_by_type_and_by_wire_name(name: str) -> None:
    document = settings(
        pis={"supportedPaymentTypeAndProductMatrix": {name: [" p ", "p"], "BULK": None}}
    )

    assert profile_of(document).pis.supported_payment_type_and_product_matrix == {
        PaymentService.PAYMENTS: ("p",),
        PaymentService.BULK_PAYMENTS: (),
    }


def test_words_are_read_in_any_case_and_lists_keep_their_order() -> None:
    common = profile_of(
        settings(
            common={
                "scaApproachesSupported": ["embedded", " Redirect "],
                "scaRedirectFlow": "redirect",
                "startAuthorisationMode": "IMPLICIT",
                "xRequestIdReplay": "Replay",
            }
        )
    ).common

    assert common.sca_approaches_supported == (ScaApproach.EMBEDDED, ScaApproach.REDIRECT)
    assert common.sca_redirect_flow is ScaRedirectFlow.REDIRECT
    assert common.start_authorisation_mode == "implicit"
    assert common.x_request_id_replay is RequestIdReplay.REPLAY


def test_lists_that_cannot_be_empty_are_completed() -> None:
    document = settings(
        common={"scaApproachesSupported": [], "aspspNotificationsSupported": []},
        ais={"transactionParameters": {"availableBookingStatuses": ["PENDING"]}},
    )
    profile = profile_of(document)

    assert profile.common.sca_approaches_supported == (ScaApproach.REDIRECT,)
    assert profile.common.aspsp_notifications_supported == (NotificationMode.NONE,)
    assert profile.ais.available_booking_statuses == (BookingStatus.PENDING, BookingStatus.BOOKED)
    assert ("warning", "common.scaApproachesSupported") in findings_of(document)


def _written(profile: Profile) -> Profile:
    return profile_of(settings_document(profile))


@given(
    milliseconds=st.integers(0, 10**9),
    approaches=st.permutations(list(ScaApproach)),
    matrix=st.dictionaries(
        st.sampled_from(PaymentService),
        st.lists(st.sampled_from(["sepa-credit-transfers", "x"]), unique=True),
    ),
)
def test_writing_and_reading_come_back_to_the_same(
    milliseconds: int, approaches: list[ScaApproach], matrix: dict[PaymentService, list[str]]
) -> None:
    document = settings(
        common={
            "scaApproachesSupported": approaches,
            "redirectUrlExpirationTimeMs": milliseconds,
        },
        pis={"supportedPaymentTypeAndProductMatrix": matrix},
    )
    profile = profile_of(document)

    assert profile.common.redirect_url_expiration_time == timedelta(milliseconds=milliseconds)
    assert _written(profile) == profile


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    value=_json,
    path=st.sampled_from([one.path for one in KEYS] + ["", "pis", "ais.consentTypes", "x.y"]),
)
def test_whatever_stands_at_a_key_gives_findings_and_never_an_exception(
    value: object, path: str
) -> None:
    document = value
    for name in reversed(path.split(".") if path else []):
        document = {name: document}
    read = read_settings(document)

    assert (read.profile is None) == any(one.severity == "error" for one in read.findings)
