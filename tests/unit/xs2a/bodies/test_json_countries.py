"""Country rules: rows of data that hold for single payments, periodic ones and bulks (12.5)."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest

from cms.domain.payment_order import Document
from cms.domain.payment_service import PaymentService
from cms.domain.profile import PisProfile, Profile
from tests.json_orders import bulk, entry, periodic
from tests.tpps import payment
from xs2a.bodies.json_body import read_json
from xs2a.checks.countries import check_row
from xs2a.checks.payment import BodyRules
from xs2a.spec.countries import COUNTRIES, CountryRules, ReferenceForm, rules_of

SWISS = {"townName": "Bern", "country": "CH"}
QRR = "210000000003139471430009017"


def structured(**members: str) -> dict[str, Any]:
    return {"creditorAddress": SWISS, "remittanceInformationStructured": members}


def listed(*references: dict[str, str]) -> dict[str, Any]:
    return {
        "creditorAddress": SWISS,
        "remittanceInformationStructuredArray": list(references),
    }


# Country, changes of a payment -> paths that are refused.
ROWS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("DE", {"creditorId": "x"}, ["creditorId"]),
    ("de", {"creditorId": "x"}, ["creditorId"]),
    ("FR", {"creditorId": "x"}, ["creditorId"]),
    ("DE", structured(reference="1", referenceType="QRR"), []),
    ("AT", {}, []),
    ("AT", {"creditorId": "x" * 35}, []),
    ("at", {"creditorId": "x" * 36}, ["creditorId"]),
    ("CH", {}, ["creditorAddress"]),
    ("ch", {"creditorAddress": {"country": "CH"}}, ["creditorAddress.townName"]),
    ("CH", {"creditorAddress": {"townName": "", "country": "CH"}}, ["creditorAddress.townName"]),
    ("CH", {"creditorAddress": {"townName": " ", "country": "CH"}}, ["creditorAddress.townName"]),
    ("CH", {"creditorAddress": {"townName": "Bern"}}, ["creditorAddress.country"]),
    ("CH", {"creditorAddress": "Bern"}, ["creditorAddress"]),
    ("CH", {"creditorAddress": SWISS}, []),
    ("CH", {"creditorAddress": SWISS, "creditorId": "x"}, ["creditorId"]),
    ("CH", structured(reference=QRR, referenceType="QRR"), []),
    ("CH", structured(reference="RF18539007547034", referenceType="SCOR"), []),
    ("CH", structured(reference="anything"), []),
    ("CH", structured(reference="anything", referenceType="OWN"), []),
    (
        "CH",
        structured(reference=QRR[1:], referenceType="QRR"),
        ["remittanceInformationStructured.reference"],
    ),
    (
        "CH",
        structured(reference=QRR, referenceType="SCOR"),
        ["remittanceInformationStructured.reference"],
    ),
    (
        "CH",
        listed({"reference": "x"}, {"reference": "RF1", "referenceType": "SCOR"}),
        ["remittanceInformationStructuredArray[1].reference"],
    ),
]

SERVICES: dict[PaymentService, tuple[Callable[[dict[str, Any]], Any], str]] = {
    PaymentService.PAYMENTS: (lambda changes: payment(**changes), ""),
    PaymentService.PERIODIC_PAYMENTS: (lambda changes: periodic(**changes), ""),
    PaymentService.BULK_PAYMENTS: (
        lambda changes: bulk(entry(creditorAddress=SWISS), entry(**changes)),
        "payments[1].",
    ),
}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("country, changes, paths", ROWS)
def test_the_rules_of_a_country(
    service: PaymentService, country: str, changes: dict[str, Any], paths: list[str]
) -> None:
    body_of, prefix = SERVICES[service]
    profile = Profile(pis=PisProfile(country_validation_supported=country))
    document = Document("application/json", orjson.dumps(body_of(changes)))
    read = read_json(service, document, BodyRules(profile, date(2026, 3, 2)))

    assert [each.path for each in read.fields] == [f"{prefix}{path}" for path in paths]
    assert (read.order is None) == bool(paths)


# A row of one's own, and a payment as it was loaded -> paths that are refused.
@pytest.mark.parametrize(
    "row, loaded, paths",
    [
        (CountryRules(required=("purposeCode",)), {}, ["purposeCode"]),
        (CountryRules(required=("purposeCode",)), {"purpose_code": "SALA"}, []),
        (
            CountryRules(forbidden=frozenset({"creditorAccount.bban"})),
            {"creditor_account": {"bban": "1"}},
            ["creditorAccount.bban"],
        ),
        (
            CountryRules(
                forbidden=frozenset({"remittanceInformationStructuredArray.referenceIssuer"})
            ),
            {
                "remittance_information_structured_array": [
                    {"reference": "1"},
                    {"reference": "2", "reference_issuer": "x"},
                ]
            },
            ["remittanceInformationStructuredArray[1].referenceIssuer"],
        ),
        (
            CountryRules(references={"KID": ReferenceForm("a KID", re.compile(r"[0-9]{2,25}"))}),
            {"remittance_information_structured": {"reference": "x", "reference_type": "KID"}},
            ["remittanceInformationStructured.reference"],
        ),
    ],
)
def test_a_country_is_a_row(row: CountryRules, loaded: dict[str, Any], paths: list[str]) -> None:
    found = check_row(loaded, row, "XX")

    assert [each.path for each in found] == paths


def test_an_own_row_overrides_one_that_is_there() -> None:
    own = {**COUNTRIES, "DE": CountryRules()}

    assert rules_of("de") is COUNTRIES["DE"]
    assert rules_of("de", own) is own["DE"]
    assert rules_of("unknown", own) is own["DE"]
