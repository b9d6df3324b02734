"""The bank's country, chosen in its profile, rules the members of a payment (spec 12.5)."""

from typing import Any

import pytest

from tests.http.conftest import OpenHouse
from tests.json_orders import bulk, entry, periodic
from tests.tpps import TppClient, payment, refusal

SWISS = {"creditorAddress": {"townName": "Bern", "country": "CH"}}
QRR = {"reference": "210000000003139471430009017", "referenceType": "QRR"}
PRODUCT = ["sepa-credit-transfers"]
EVERY_SERVICE = {"SINGLE": PRODUCT, "BULK": PRODUCT, "PERIODIC": PRODUCT}


def _bulk(**changes: Any) -> dict[str, Any]:
    return bulk(entry(**SWISS), entry(**changes))


@pytest.mark.parametrize(
    "service, body_of, prefix",
    [
        ("payments", payment, ""),
        ("periodic-payments", periodic, ""),
        ("bulk-payments", _bulk, "payments[1]."),
    ],
)
def test_a_bank_in_switzerland(
    open_house: OpenHouse, pisp: str, service: str, body_of: Any, prefix: str
) -> None:
    world = open_house(
        pis={
            "countryValidationSupported": "CH",
            "supportedPaymentTypeAndProductMatrix": EVERY_SERVICE,
        }
    )
    tpp = TppClient(world, pisp)
    path = f"/v1/{service}/sepa-credit-transfers"
    wrong = {"remittanceInformationStructured": {**QRR, "reference": "21"}}
    right = {"remittanceInformationStructured": QRR}

    def told(changes: dict[str, Any]) -> Any:
        return refusal(tpp.post(body_of(**changes), path=path))

    assert told({}) == (400, [("FORMAT_ERROR", f"{prefix}creditorAddress")])
    assert told({**SWISS, **wrong}) == (
        400,
        [("FORMAT_ERROR", f"{prefix}remittanceInformationStructured.reference")],
    )
    assert tpp.post(body_of(**SWISS, **right), path=path).status_int == 201
