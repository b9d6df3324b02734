"""A payment's status in the format that the TPP prefers (spec 14.2, RFC 9110 12.5.1)."""

from collections.abc import Mapping

import pytest
from lxml import etree

from cms.domain.statuses import TransactionStatus
from spi.answers import Done
from spi.types import Initiated, PaymentStatusReport
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import NOWHERE_ID
from tests.tpps import SCT, Made, TppClient, refusal

JSON, XML = "application/json", "application/xml"

# What the bank offers, in the order of its profile -> Accept -> what is answered (None: 406).
TABLE: list[tuple[list[str], Mapping[str | None, str | None]]] = [
    (
        [JSON, XML],
        {
            None: JSON,
            "": JSON,
            "*/*": JSON,
            "application/*": JSON,
            JSON: JSON,
            XML: XML,
            "APPLICATION/XML": XML,
            f"{JSON};q=0.9": JSON,
            f"{JSON};q=0.5, {XML}": XML,
            f"{XML};q=0.5, {JSON}": JSON,
            f"{XML};q=0.5, {JSON};q=0.4": XML,
            f"{XML}, {JSON}": JSON,
            f"{XML}, */*;q=0.1": XML,
            f"{JSON};q=0, */*": XML,
            f"{JSON};q=0.2, application/*;q=0.8": XML,
            f"{XML}; charset=utf-8": XML,
            f"{XML};q=none": JSON,
            ",;,": JSON,
            "text/html, */*;q=0.1": JSON,
            "text/html": None,
            "text/xml": None,
            f"{JSON};q=0": None,
            "application/problem+json": None,
        },
    ),
    ([XML, JSON], {None: XML, "*/*": XML, JSON: JSON, f"{JSON}, {XML}": XML}),
    ([XML], {None: XML, XML: XML, "*/*": XML, JSON: None}),
    ([JSON], {None: JSON, JSON: JSON, XML: None, f"{XML}, {JSON};q=0.1": JSON}),
    ([], {None: JSON, JSON: JSON, XML: None}),
]


def group_status(message: bytes) -> str | None:
    """`GrpSts` of a pain.002 message."""
    return etree.fromstring(message).findtext(".//{*}OrgnlGrpInfAndSts/{*}GrpSts")


def status_of(tpp: TppClient, made: Made, accept: str | None) -> tuple[str, str | None]:
    """Media type and status of an answer that must be good."""
    answer = tpp.get(made.status_path, {"Accept": accept})
    assert answer.status_int == 200, answer.text
    if answer.content_type == XML:
        return XML, group_status(answer.body)
    return answer.content_type, answer.json["transactionStatus"]


@pytest.mark.parametrize("offered, rows", TABLE)
def test_the_tpp_gets_what_it_prefers(
    open_house: OpenHouse,
    pisp: str,
    offered: list[str],
    rows: Mapping[str | None, str | None],
) -> None:
    tpp = TppClient(open_house(pis={"supportedTransactionStatusFormats": offered}), pisp)
    made = tpp.initiated()
    for accept, expected in rows.items():
        if expected is None:
            answer = tpp.get(made.status_path, {"Accept": accept})
            assert answer.status_int == 406, accept
            assert "REQUESTED_FORMATS_INVALID" in answer.text
        else:
            assert status_of(tpp, made, accept) == (expected, "RCVD"), accept


@pytest.fixture
def both(open_house: OpenHouse, pisp: str) -> TppClient:
    """A TPP of a bank that offers both formats."""
    return TppClient(open_house(pis={"supportedTransactionStatusFormats": [JSON, XML]}), pisp)


@pytest.mark.parametrize("status", TransactionStatus)
def test_every_status_can_be_told_in_both(both: TppClient, status: TransactionStatus) -> None:
    made = both.initiated()
    both.world.bank.status = Done(PaymentStatusReport(status))

    assert status_of(both, made, JSON) == (JSON, status.value)
    assert status_of(both, made, XML) == (XML, status.value)


def test_a_rejected_payment_is_told_in_the_wished_format_without_asking_the_bank(
    both: TppClient,
) -> None:
    both.world.bank.initiated = Done(Initiated(TransactionStatus.RJCT))
    made = both.initiated()
    asked = list(both.world.bank.asked)

    assert status_of(both, made, XML) == (XML, "RJCT")
    assert both.world.bank.asked == asked


def test_the_banks_own_message_is_passed_on_as_it_is(both: TppClient) -> None:
    own = b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.03'/>"
    made = both.initiated()
    both.world.bank.status = Done(PaymentStatusReport(TransactionStatus.ACSP, document=own))

    assert both.get(made.status_path, {"Accept": XML}).body == own
    assert status_of(both, made, JSON) == (JSON, "ACSP")


def test_a_message_of_the_bank_that_is_overruled_is_not_passed_on(both: TppClient) -> None:
    made = both.initiated()
    both.world.bank.status = Done(PaymentStatusReport(TransactionStatus.ACSC))
    assert status_of(both, made, JSON) == (JSON, "ACSC")

    late = PaymentStatusReport(TransactionStatus.ACSP, document=b"<Document>ACSP</Document>")
    both.world.bank.status = Done(late)
    assert status_of(both, made, XML) == (XML, "ACSC")


def test_what_is_unknown_is_told_before_what_is_not_offered(tpp: TppClient) -> None:
    answer = tpp.get(f"{SCT}/{NOWHERE_ID}/status", {"Accept": XML})

    assert refusal(answer) == (404, [("RESOURCE_UNKNOWN", None)])
