"""The JSON body of a single payment (spec 12.2-12.6; P9, P10): what is refused, code and path."""

from typing import Any

import orjson
import pytest

from tests.http.conftest import OpenHouse
from tests.tpps import ABSENT, TppClient, payment, refusal

IBAN = "DE80760700240271232400"
FORMAT = "FORMAT_ERROR"
STRUCTURED = {"reference": "x"}


def _address(**members: str) -> dict[str, Any]:
    return {"creditorAddress": {"country": "DE", **members}}


# member's changes -> path of the one finding
@pytest.mark.parametrize(
    "changes, path",
    [
        ({"debtorAccount": ABSENT}, "debtorAccount"),
        ({"debtorAccount": None}, "debtorAccount"),
        ({"debtorAccount": "x"}, "debtorAccount"),
        ({"debtorAccount": []}, "debtorAccount"),
        ({"debtorAccount": {}}, "debtorAccount"),
        ({"debtorAccount": {"currency": "EUR"}}, "debtorAccount"),
        ({"creditorAccount": ABSENT}, "creditorAccount"),
        ({"creditorAccount": {}}, "creditorAccount"),
        ({"instructedAmount": ABSENT}, "instructedAmount"),
        ({"instructedAmount": "12.50"}, "instructedAmount"),
        ({"instructedAmount": {}}, "instructedAmount.currency"),
        ({"instructedAmount__amount": ABSENT}, "instructedAmount.amount"),
        ({"instructedAmount__amount": None}, "instructedAmount.amount"),
        ({"instructedAmount__amount": ""}, "instructedAmount.amount"),
        ({"instructedAmount__amount": " "}, "instructedAmount.amount"),
        ({"instructedAmount__amount": 12.5}, "instructedAmount.amount"),
        ({"instructedAmount__amount": 12}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "12,5"}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "12."}, "instructedAmount.amount"),
        ({"instructedAmount__amount": ".5"}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "+1"}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "1e3"}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "٣"}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "NaN"}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "1" * 15}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "1.2345"}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "-1"}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "0"}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "0.00"}, "instructedAmount.amount"),
        ({"instructedAmount__amount": "1.234"}, "instructedAmount.amount"),
        (
            {"instructedAmount": {"currency": "JPY", "amount": "1.5"}},
            "instructedAmount.amount",
        ),
        ({"instructedAmount__currency": ""}, "instructedAmount.currency"),
        ({"instructedAmount__currency": "EURO"}, "instructedAmount.currency"),
        ({"instructedAmount__currency": "eur"}, "instructedAmount.currency"),
        ({"instructedAmount__currency": "XYZ"}, "instructedAmount.currency"),
        ({"instructedAmount__currency": "XXX"}, "instructedAmount.currency"),
        ({"instructedAmount__currency": "XAU"}, "instructedAmount.currency"),
        ({"debtorAccount__currency": "???"}, "debtorAccount.currency"),
        ({"creditorAccount__currency": ""}, "creditorAccount.currency"),
        ({"creditorName": ABSENT}, "creditorName"),
        ({"creditorName": None}, "creditorName"),
        ({"creditorName": ""}, "creditorName"),
        ({"creditorName": "  "}, "creditorName"),
        ({"creditorName": "\u3164"}, "creditorName"),
        ({"creditorName": "\u2800"}, "creditorName"),
        ({"creditorName": "a\u034fb"}, "creditorName"),
        ({"creditorName": 7}, "creditorName"),
        ({"creditorName": {}}, "creditorName"),
        ({"creditorName": "a\nb"}, "creditorName"),
        ({"creditorName": "a\u0000b"}, "creditorName"),
        ({"debtorAccount__iban": "DE81760700240271232400"}, "debtorAccount.iban"),
        ({"debtorAccount__iban": IBAN.lower()}, "debtorAccount.iban"),
        ({"debtorAccount__iban": "DE80 7607 0024 0271 2324 00"}, "debtorAccount.iban"),
        ({"debtorAccount__iban": IBAN[:-1]}, "debtorAccount.iban"),
        ({"debtorAccount__iban": "XX80760700240271232400"}, "debtorAccount.iban"),
        ({"debtorAccount__iban": ""}, "debtorAccount.iban"),
        ({"creditorAccount__iban": 5}, "creditorAccount.iban"),
        ({"creditorAccount__iban": "DE00"}, "creditorAccount.iban"),
        ({"debtorAccount__cashAccountType": "CASHX"}, "debtorAccount.cashAccountType"),
        ({"creditorAddress": {}}, "creditorAddress.country"),
        ({"creditorAddress": {"country": "DEU"}}, "creditorAddress.country"),
        ({"creditorAddress": {"country": "XX"}}, "creditorAddress.country"),
        ({"creditorAddress": {"country": "de"}}, "creditorAddress.country"),
        ({"creditorAddress": "Hauptstrasse"}, "creditorAddress"),
        ({"creditorAgent": "NOBIC"}, "creditorAgent"),
        ({"creditorAgent": "AAAADEBBXX"}, "creditorAgent"),
        ({"creditorAgent": "aaaadebbxxx"}, "creditorAgent"),
        ({"requestedExecutionDate": "2026-3-2"}, "requestedExecutionDate"),
        ({"requestedExecutionDate": "02.03.2026"}, "requestedExecutionDate"),
        ({"requestedExecutionDate": "2026-02-30"}, "requestedExecutionDate"),
        ({"requestedExecutionDate": ""}, "requestedExecutionDate"),
        ({"requestedExecutionDate": 20260302}, "requestedExecutionDate"),
        ({"purposeCode": "BANK"}, "purposeCode"),
        ({"purposeCode": "salA"}, "purposeCode"),
        ({"chargeBearer": "NONE"}, "chargeBearer"),
        ({"remittanceInformationStructured": {}}, "remittanceInformationStructured.reference"),
        ({"remittanceInformationUnstructuredArray": "x"}, "remittanceInformationUnstructuredArray"),
        (
            {"remittanceInformationStructuredArray": [STRUCTURED, {"reference": ""}]},
            "remittanceInformationStructuredArray[1].reference",
        ),
        (
            {"remittanceInformationUnstructuredArray": ["ok", 7]},
            "remittanceInformationUnstructuredArray[1]",
        ),
        ({"creditorId": "x"}, "creditorId"),
        # 12.3: members that this body does not have
        ({"requestedExecutionTime": "2026-03-02T10:00:00Z"}, "requestedExecutionTime"),
        ({"startDate": "2026-03-03"}, "startDate"),
        ({"batchBookingPreferred": True}, "batchBookingPreferred"),
        ({"creditorname": "x"}, "creditorname"),
        ({"": "x"}, ""),
        ({"debtorAccount__ibann": "x"}, "debtorAccount.ibann"),
        ({"instructedAmount__value": "1"}, "instructedAmount.value"),
        (_address(street="x"), "creditorAddress.street"),
        # 12.6: kinds of accounts
        ({"debtorAccount__bban": "76070024027123"}, "debtorAccount"),
        ({"creditorAccount": {"bban": "76070024027123"}}, "creditorAccount"),
        ({"creditorAccount": {"bban": ""}}, "creditorAccount.bban"),
        ({"creditorAccount": {"bban": "1" * 31}}, "creditorAccount.bban"),
        ({"creditorAccount": {"pan": "1" * 16}}, "creditorAccount"),
        ({"creditorAccount": {"pan": "1" * 36}}, "creditorAccount.pan"),
        ({"creditorAccount": {"maskedPan": "1" * 36}}, "creditorAccount.maskedPan"),
        ({"creditorAccount": {"msisdn": "+49 170"}}, "creditorAccount"),
        ({"creditorAccount": {"msisdn": "1" * 36}}, "creditorAccount.msisdn"),
        ({"creditorAccount": {"other": {"identification": "x"}}}, "creditorAccount"),
        ({"creditorAccount": {"other": {}}}, "creditorAccount.other.identification"),
    ],
)
def test_a_faulty_member_is_named(tpp: TppClient, changes: dict[str, Any], path: str) -> None:
    status, findings = refusal(tpp.post(payment(**changes)))

    assert (status, findings[0]) == (400, (FORMAT, path or None))
    assert len(findings) == (2 if changes == {"instructedAmount": {}} else 1)
    assert tpp.world.bank.asked == []
    assert tpp.world.rows()["payments"] == 0


# The longest text that is taken (P10).
@pytest.mark.parametrize(
    "member, limit",
    [
        ("endToEndIdentification", 35),
        ("instructionIdentification", 35),
        ("creditorName", 70),
        ("debtorName", 70),
        ("ultimateDebtor", 70),
        ("ultimateCreditor", 70),
        ("creditorAgentName", 140),
        ("remittanceInformationUnstructured", 140),
        ("creditorAddress.streetName", 70),
        ("creditorAddress.buildingNumber", 20),
        ("creditorAddress.townName", 100),
        ("creditorAddress.postCode", 35),
        ("remittanceInformationStructured.reference", 35),
        ("remittanceInformationStructured.referenceType", 35),
        ("remittanceInformationStructured.referenceIssuer", 35),
        ("remittanceInformationUnstructuredArray[0]", 140),
        ("remittanceInformationStructuredArray[0].reference", 35),
        ("remittanceInformationStructuredArray[0].referenceType", 35),
        ("remittanceInformationStructuredArray[0].referenceIssuer", 35),
        ("debtorAccount.cashAccountType", 4),
    ],
)
def test_texts_have_their_longest_length(tpp: TppClient, member: str, limit: int) -> None:
    fits, too_long = (_with_text(member, "ä" * n) for n in (limit, limit + 1))

    assert tpp.post(fits).status_int == 201
    assert refusal(tpp.post(too_long)) == (400, [(FORMAT, member)])


def _with_text(member: str, text: str) -> dict[str, Any]:
    """PAYMENT with the text at a path such as `creditorAddress.townName` or `array[0].name`."""
    if member.endswith("[0]"):
        return payment(**{member[:-3]: [text]})
    above, _, last = member.rpartition(".")
    inside: dict[str, Any] = {"creditorAddress": {"country": "DE"}}.get(
        above, {} if above == "debtorAccount" else dict(STRUCTURED)
    )
    if above == "debtorAccount":
        return payment(debtorAccount__cashAccountType=text)
    if not above:
        return payment(**{last: text})
    if above.endswith("[0]"):
        return payment(**{above[:-3]: [inside | {last: text}]})
    return payment(**{above: inside | {last: text}})


@pytest.mark.parametrize(
    "changes",
    [
        {"instructedAmount__amount": "0.01"},
        {"instructedAmount__amount": "9" * 14 + ".99"},
        {"instructedAmount__amount": "1.5"},
        {"instructedAmount__amount": "007"},
        {"instructedAmount": {"currency": "JPY", "amount": "100"}},
        {"instructedAmount": {"currency": "BHD", "amount": "1.234"}},
        {"instructedAmount": {"currency": "EUR", "amount": "1.50"}},
        {"creditorAgent": "AAAADEBB"},
        {"creditorAgent": "AAAADEBBXXX"},
        {"requestedExecutionDate": "2026-03-02"},
        {"requestedExecutionDate": "2099-12-31"},
        {"purposeCode": "SALA"},
        {"chargeBearer": "SLEV"},
        {"creditorName": "Ωμέγα 株式会社 🏦"},
        {"debtorAccount__currency": "EUR"},
        {"remittanceInformationUnstructuredArray": []},
        {"remittanceInformationStructuredArray": [STRUCTURED, STRUCTURED]},
        {"creditorAddress": {"country": "AT"}},
    ],
)
def test_what_the_standard_allows_is_taken(tpp: TppClient, changes: dict[str, Any]) -> None:
    assert tpp.post(payment(**changes)).status_int == 201


def test_yesterday_is_too_late(tpp: TppClient) -> None:
    answer = tpp.post(payment(requestedExecutionDate="2026-03-01"))

    assert refusal(answer) == (400, [("EXECUTION_DATE_INVALID", "requestedExecutionDate")])


def test_a_member_that_comes_twice_is_named(tpp: TppClient) -> None:
    body = orjson.dumps(payment()).replace(b'"12.50"', b'"9000.00","amount":"12.50"')
    answer = tpp.post(body)

    assert refusal(answer) == (400, [(FORMAT, None)])
    assert answer.json["tppMessages"][0]["text"] == (
        "The body has the member 'amount' more than once."
    )
    assert tpp.world.bank.asked == []


def test_all_findings_of_a_stage_are_told_in_order(tpp: TppClient) -> None:
    body = payment(
        requestedExecutionDate="2026-03-01",
        creditorName="x" * 71,
        endToEndIdentification="x" * 36,
        debtorAccount=ABSENT,
        instructedAmount__amount="0",
        creditorAccount__iban="DE00",
        creditorAgent="x",
    )

    assert refusal(tpp.post(body)) == (
        400,
        [
            (FORMAT, "endToEndIdentification"),
            (FORMAT, "debtorAccount"),
            (FORMAT, "instructedAmount.amount"),
            (FORMAT, "creditorAccount.iban"),
            (FORMAT, "creditorName"),
            ("EXECUTION_DATE_INVALID", "requestedExecutionDate"),
            (FORMAT, "creditorAgent"),
        ],
    )


# Stage by stage: each hides what the next would find (spec 12.1).
def test_the_stages_come_one_after_the_other(tpp: TppClient) -> None:
    scan = {"purposeCode": "????"}
    unknown = {"foo": "bar"}
    fields = {"creditorName": ABSENT}
    kinds = {"creditorAccount": {"pan": "1" * 16}}
    answers = [
        refusal(tpp.post(payment(**kinds, **fields, **unknown, **scan)))[1],
        refusal(tpp.post(payment(**kinds, **fields, **unknown)))[1],
        refusal(tpp.post(payment(**kinds, **fields)))[1],
        refusal(tpp.post(payment(**kinds)))[1],
    ]

    assert answers == [
        [(FORMAT, "purposeCode")],
        [(FORMAT, "foo")],
        [(FORMAT, "creditorName")],
        [(FORMAT, "creditorAccount")],
    ]


@pytest.mark.parametrize(
    "country, length, path",
    [
        ("DE", 1, "creditorId"),
        ("de", 1, "creditorId"),
        ("FR", 1, "creditorId"),
        ("AT", 35, None),
        ("at", 35, None),
        ("AT", 36, "creditorId"),
    ],
)
def test_the_country_rules_the_creditor_id(
    open_house: OpenHouse, pisp: str, country: str, length: int, *, path: str | None
) -> None:
    tpp = TppClient(open_house(pis={"countryValidationSupported": country}), pisp)
    answer = tpp.post(payment(creditorId="x" * length))

    assert answer.status_int == (400 if path else 201)
    if path:
        assert refusal(answer) == (400, [(FORMAT, path)])


def test_the_debtor_account_may_be_optional(open_house: OpenHouse, pisp: str) -> None:
    world = open_house(pis={"debtorAccountOptionalInInitialRequest": True})
    tpp = TppClient(world, pisp)

    assert tpp.post(payment(debtorAccount=ABSENT)).status_int == 201
    assert world.bank.orders[0].order.transfers[0].debtor_account is None
    assert refusal(tpp.post(payment(debtorAccount__iban="DE00"))) == (
        400,
        [(FORMAT, "debtorAccount.iban")],
    )


@pytest.mark.parametrize(
    "iban, status", [("DE81760700240271232400", 201), (IBAN.lower(), 400), ("DE80 7", 400)]
)
def test_check_digits_may_be_left_to_the_bank(
    open_house: OpenHouse, pisp: str, iban: str, *, status: int
) -> None:
    tpp = TppClient(open_house(common={"ibanValidationDisabled": True}), pisp)

    assert tpp.post(payment(creditorAccount__iban=iban)).status_int == status


@pytest.mark.parametrize(
    "account, status",
    [
        ({"iban": IBAN}, 201),
        ({"bban": "7607002402712324"}, 201),
        ({"msisdn": "+49 170 1234321"}, 201),
        ({"pan": "5409050000000000"}, 400),
        ({"iban": IBAN, "msisdn": "+49 170 1234321"}, 400),
    ],
)
def test_the_profile_names_the_kinds_of_accounts(
    open_house: OpenHouse, pisp: str, account: dict[str, str], *, status: int
) -> None:
    kinds = ["IBAN", "BBAN", "MSISDN"]
    tpp = TppClient(open_house(common={"supportedAccountReferenceFields": kinds}), pisp)
    answer = tpp.post(payment(creditorAccount=account))

    assert answer.status_int == status
    if status == 400:
        assert refusal(answer) == (400, [(FORMAT, "creditorAccount")])
