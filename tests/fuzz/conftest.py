"""A house with everything a TPP may send a payment to; one client for all examples of a test."""

from typing import Any, Final

import pytest

from tests.fuzz.payment_bodies import JSON_PRODUCT, OWN_PRODUCT, XML_PRODUCT
from tests.http.conftest import OpenHouse, judge, open_house, pisp, qtsp
from tests.http.xs2a.sending import APPROACHES
from tests.tpps import TppClient

__all__ = ["judge", "open_house", "pisp", "qtsp"]

MATRIX: Final = {
    name: [JSON_PRODUCT, "instant-sepa-credit-transfers", XML_PRODUCT, OWN_PRODUCT]
    for name in ("SINGLE", "BULK", "PERIODIC")
}
PIS: Final[dict[str, Any]] = {
    "supportedPaymentTypeAndProductMatrix": MATRIX,
    "supportedTransactionStatusFormats": ["application/json", "application/xml"],
    "paymentCancellationAuthorisationMandated": True,
}


LENIENT: Final[dict[str, Any]] = {
    "ibanValidationDisabled": True,
    "supportedAccountReferenceFields": ["IBAN", "BBAN", "PAN", "MASKED_PAN", "MSISDN"],
}


@pytest.fixture
def lenient_tpp(open_house: OpenHouse, pisp: str) -> TppClient:
    """Of a bank that takes what an OpenAPI document can describe: no pattern has check digits."""
    common = APPROACHES["EMBEDDED"] | LENIENT
    pis = PIS | {"debtorAccountOptionalInInitialRequest": True}
    return TppClient(open_house(common=common, pis=pis), pisp)


@pytest.fixture
def tpp(open_house: OpenHouse, pisp: str) -> TppClient:
    """Of a bank where everything is sent through the TPP, and each cancellation is authorised."""
    return TppClient(open_house(common=APPROACHES["EMBEDDED"], pis=PIS), pisp)
