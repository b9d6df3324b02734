"""POST of a single payment: what is answered when all is well (spec 11, 13.4, 13.5)."""

from typing import Any

import orjson
import pytest

from cms.domain.payment_service import PaymentService
from cms.domain.statuses import TransactionStatus
from cms.domain.texts import LONGEST_TEXT
from cms.store.tables import authorisations, payments, tpp_stop_list
from spi.answers import Done
from spi.types import AuthorisationStarted, Initiated, TppNote
from tests.houses import BANK_PAGES
from tests.http.conftest import OpenHouse
from tests.tpps import (
    ABSENT,
    INSTANT,
    NOK_URI,
    OK_URI,
    PSU_ID,
    SCT,
    X_REQUEST_ID,
    Headers,
    TppClient,
    payment,
    refusal,
)

BASE = "http://localhost"


@pytest.mark.parametrize("product", [SCT, INSTANT])
@pytest.mark.parametrize("psu, sca", [(None, "received"), (PSU_ID, "psuIdentified")])
def test_the_answer_leads_on(tpp: TppClient, product: str, psu: str | None, *, sca: str) -> None:
    made = tpp.initiated(headers={"PSU-ID": psu}, path=product)

    assert made.answer.json == {
        "transactionStatus": "RCVD",
        "paymentId": made.payment_id,
        "scaStatus": sca,
        "_links": {
            "self": {"href": BASE + made.path},
            "status": {"href": BASE + made.status_path},
            "scaRedirect": {"href": BANK_PAGES.replace("{redirect-id}", made.authorisation_id)},
            "scaStatus": {"href": BASE + made.authorisation_path},
        },
    }
    assert made.answer.headers["Location"] == BASE + made.path
    assert made.answer.headers["Aspsp-Sca-Approach"] == "REDIRECT"
    assert "ASPSP-Notification-Support" not in made.answer.headers


@pytest.mark.parametrize("word", ["REDIRECT", "DECOUPLED", "EMBEDDED", None])
def test_the_preferred_approach_cannot_be_another_than_the_banks(
    tpp: TppClient, word: str | None
) -> None:
    wishes = {
        "TPP-Redirect-Preferred": "true" if word == "REDIRECT" else "false",
        "TPP-Decoupled-Preferred": "true" if word == "DECOUPLED" else "false",
    }
    answer = tpp.initiated(headers=wishes if word else {}).answer

    assert answer.headers["Aspsp-Sca-Approach"] == "REDIRECT"


def test_two_posts_with_one_request_id_are_two_payments(tpp: TppClient) -> None:
    assert tpp.initiated().payment_id != tpp.initiated().payment_id


@pytest.mark.parametrize(
    "base, links, location",
    [
        ("/", "", BASE),
        ("https://xs2a.bank.example", "https://xs2a.bank.example", "https://xs2a.bank.example"),
        ("https://bank.example/api/", "https://bank.example/api", "https://bank.example/api"),
    ],
)
def test_the_profile_may_force_the_base_of_links(
    open_house: OpenHouse, pisp: str, base: str, *, links: str, location: str
) -> None:
    common = {"forceXs2aBaseLinksUrl": True, "xs2aBaseLinksUrl": base}
    made = TppClient(open_house(common=common), pisp).initiated()
    hrefs = {name: link["href"] for name, link in made.answer.json["_links"].items()}

    assert hrefs.pop("scaRedirect").startswith("https://bank.example/pis/")
    assert hrefs == {
        "self": links + made.path,
        "status": links + made.status_path,
        "scaStatus": links + made.authorisation_path,
    }
    assert made.answer.headers["Location"] == location + made.path


@pytest.mark.parametrize("tenant, named", [(None, "UNDEFINED"), ("One", "one")])
def test_all_placeholders_of_the_redirect_link_are_filled(
    open_house: OpenHouse, pisp: str, tenant: str | None, *, named: str
) -> None:
    template = "https://b.example/{redirect-id}/{encrypted-payment-id}/{inr-id}/{instance-id}"
    pis = {
        "redirectLinkToOnlineBanking": {
            "pisRedirectUrlToAspsp": template,
            "pisPaymentCancellationRedirectUrlToAspsp": template,
        }
    }
    world = open_house(pis=pis, tenants={"one": {"pis": pis}})
    made = TppClient(world, pisp).initiated(headers={"Instance-ID": tenant})
    stored = world.house.parts.payments.find(made.payment_id, named)

    assert made.answer.json["_links"]["scaRedirect"]["href"] == (
        f"https://b.example/{made.authorisation_id}/{made.payment_id}"
        f"/{stored.internal_request_id}/{named}"
    )


# What the bank sends; what the TPP asks for; the two headers of the answer.
@pytest.mark.parametrize(
    "offered, asked, support, content",
    [
        (["NONE"], "status=SCA", None, None),
        (["NONE"], None, None, None),
        (["SCA", "LAST"], "status=SCA,PROCESS", "true", "status=SCA"),
        (["SCA", "LAST"], "last, sca", "true", "status=SCA,LAST"),
        (["SCA", "LAST"], "status=PROCESS", "false", None),
        (["SCA", "LAST"], None, "false", None),
        (["SCA", "LAST"], "status=NONE", "false", None),
        (["SCA", "NONE"], "status=SCA", None, None),
    ],
)
def test_notices_are_agreed_on(
    open_house: OpenHouse,
    pisp: str,
    offered: list[str],
    asked: str | None,
    *,
    support: str | None,
    content: str | None,
) -> None:
    world = open_house(common={"aspspNotificationsSupported": offered})
    wishes = {
        "TPP-Notification-Content-Preferred": asked,
        "TPP-Notification-URI": "https://pay.example/news",
    }
    made = TppClient(world, pisp).initiated(headers=wishes)
    stored = world.house.parts.payments.find(made.payment_id, "UNDEFINED")

    assert made.answer.headers.get("ASPSP-Notification-Support") == support
    assert made.answer.headers.get("ASPSP-Notification-Content") == content
    assert ",".join(stored.wishes.notification_modes) == (content or "").removeprefix("status=")
    assert stored.wishes.notification_uri == "https://pay.example/news"


def test_the_bank_may_add_messages(tpp: TppClient) -> None:
    note, other = TppNote("Fees apply.", "instructedAmount"), TppNote("x" * 600)
    tpp.world.bank.initiated = Done(
        Initiated(TransactionStatus.RCVD, psu_message="Hello.", tpp_notes=(note,))
    )
    tpp.world.bank.started = Done(AuthorisationStarted(psu_message="Go on.", tpp_notes=(other,)))
    answer = tpp.initiated().answer

    assert answer.json["psuMessage"] == "Go on."
    assert answer.json["tppMessages"] == [
        {
            "category": "WARNING",
            "code": "WARNING",
            "path": "instructedAmount",
            "text": "Fees apply.",
        },
        {"category": "WARNING", "code": "WARNING", "text": "x" * 500},
    ]


@pytest.mark.parametrize("column", ["bank_reference", "aspsp_account_id"])
@pytest.mark.parametrize(
    "told, kept",
    [
        (None, True),
        ("ß" * LONGEST_TEXT, True),
        ("x" * (LONGEST_TEXT + 1), False),
        ("a\0b", False),
        ("\ud800", False),
    ],
)
def test_the_order_that_the_bank_has_taken_is_kept_without_what_cannot_be_stored(
    tpp: TppClient, caplog: pytest.LogCaptureFixture, column: str, told: str | None, *, kept: bool
) -> None:
    """A part of it is not kept either: it may be another payment's."""
    facts: dict[str, Any] = {column: told}
    tpp.world.bank.initiated = Done(Initiated(TransactionStatus.ACCP, **facts))
    made = tpp.initiated()

    stored = tpp.world.house.parts.payments.find(made.payment_id, "UNDEFINED")
    assert stored.status is TransactionStatus.ACCP
    assert getattr(stored, column) == (told if kept else None)
    assert ("cannot be stored" in caplog.text) is not kept


def test_what_can_be_stored_fits_its_column() -> None:
    columns = [
        payments.c.bank_reference,
        payments.c.aspsp_account_id,
        authorisations.c.authentication_method_id,
        tpp_stop_list.c.authorisation_number,
    ]
    assert {getattr(each.type, "length", None) for each in columns} == {LONGEST_TEXT}


# With PATC the bank says that several PSUs must authorise: each starts an authorisation itself.
@pytest.mark.parametrize(
    "status, link",
    [
        (status, {"RCVD": "scaRedirect", "PATC": "startAuthorisation"}.get(status))
        for status in TransactionStatus.__members__
    ],
)
def test_only_a_payment_that_awaits_it_can_be_authorised(
    tpp: TppClient, status: str, link: str | None
) -> None:
    tpp.world.bank.initiated = Done(Initiated(TransactionStatus(status)))
    made = tpp.initiated()
    offered = {"self", "status", "scaStatus", link} if link == "scaRedirect" else {link}

    assert made.answer.json["transactionStatus"] == status
    assert set(made.answer.json["_links"]) == (offered | {"self", "status"}) - {None}
    started = 1 if link == "scaRedirect" else 0
    assert tpp.world.rows()["authorisations"] == started
    assert len(tpp.get(made.authorisations).json["authorisationIds"]) == started


def test_the_bank_learns_what_was_ordered_and_by_whom(tpp: TppClient) -> None:
    made = tpp.initiated(
        payment(
            creditorAgent="AAAADEBBXXX",
            endToEndIdentification="E2E",
            remittanceInformationUnstructured="Invoice 7",
            requestedExecutionDate="2026-03-05",
            debtorAccount__currency="EUR",
        ),
        {
            "PSU-ID": PSU_ID,
            "PSU-Corporate-ID": "firm",
            "PSU-User-Agent": "Browser/1",
            "PSU-IP-Port": "1234",
            "PSU-Geo-Location": "GEO:1;2",
        },
    )
    bank = tpp.world.bank
    order, ctx = bank.orders[0], bank.contexts[0]
    (transfer,) = order.order.transfers

    assert order.payment_id == made.payment_id
    assert (order.service, order.product) == (PaymentService.PAYMENTS, "sepa-credit-transfers")
    assert str(transfer.instructed_amount.value) == "12.50"
    assert transfer.instructed_amount.currency == "EUR"
    assert transfer.debtor_account is not None
    assert transfer.debtor_account.iban == "DE80760700240271232400"
    assert transfer.debtor_account.currency == "EUR"
    assert transfer.creditor_account.iban == "DE69760700240340283600"
    assert (transfer.creditor_name, transfer.creditor_agent) == ("Marion Mueller", "AAAADEBBXXX")
    assert transfer.end_to_end_identification == "E2E"
    assert transfer.remittance_information_unstructured == ("Invoice 7",)
    assert str(transfer.requested_execution_date) == "2026-03-05"
    assert ctx == bank.contexts[1]
    assert (ctx.tpp.authorisation_number, ctx.x_request_id) == ("PSDDE-BAFIN-100001", X_REQUEST_ID)
    assert ctx.psu is not None
    assert (ctx.psu.psu_id, ctx.psu.psu_corporate_id) == (PSU_ID, "firm")
    assert ctx.psu_context is not None
    assert ctx.psu_context.ip_address == "192.0.2.7"
    assert (ctx.psu_context.user_agent, ctx.psu_context.ip_port) == ("Browser/1", "1234")


@pytest.mark.parametrize(
    "word, hint",
    [("true", True), ("TRUE", True), ("yes", False), ("false", False), ("", False), (None, False)],
)
def test_the_bank_is_told_whether_to_reject_without_funds(
    tpp: TppClient, word: str | None, *, hint: bool
) -> None:
    tpp.initiated(headers={"TPP-Rejection-NoFunds-Preferred": word})

    assert tpp.world.bank.orders[0].reject_without_funds is hint


@pytest.mark.parametrize(
    "headers, kept",
    [
        ({}, (OK_URI, NOK_URI)),
        ({"TPP-Nok-Redirect-URI": None}, (OK_URI, None)),
        ({"TPP-Nok-Redirect-URI": ""}, (OK_URI, None)),
    ],
)
def test_the_ways_back_are_kept_with_payment_and_authorisation(
    tpp: TppClient, headers: Headers, *, kept: tuple[str | None, str | None]
) -> None:
    made = tpp.initiated(headers=headers)
    parts = tpp.world.house.parts
    uris = parts.payments.find(made.payment_id, "UNDEFINED").wishes.redirect_uris
    below = parts.authorisations.find(made.authorisation_id, "UNDEFINED").redirect_uris

    assert (uris.ok, uris.nok) == (below.ok, below.nok) == kept


def test_the_bytes_are_kept_as_they_were_sent(tpp: TppClient) -> None:
    sent = orjson.dumps(payment(creditorName=ABSENT))
    body = b' {"creditorName": "M\\u00fcller", ' + sent[1:] + b"\n"
    made = tpp.initiated(body)
    parts = tpp.world.house.parts

    assert parts.payments.body(parts.payments.find(made.payment_id, "UNDEFINED")) == body


def test_a_product_without_a_row_in_the_profile_is_unknown(
    open_house: OpenHouse, pisp: str
) -> None:
    matrix: dict[str, Any] = {"SINGLE": ["instant-sepa-credit-transfers"]}
    tpp = TppClient(open_house(pis={"supportedPaymentTypeAndProductMatrix": matrix}), pisp)

    assert tpp.post(path=INSTANT).status_int == 201
    assert refusal(tpp.post()) == (404, [("PRODUCT_UNKNOWN", "payment-product")])
