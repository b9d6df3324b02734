"""The order in a stored body is the one that was checked, also when its day is long over."""

from datetime import date

import orjson
import pytest

from cms.domain.profile import Profile
from tests.tpps import payment
from xs2a.checks.payment import BodyRules
from xs2a.http.payment_body import read_single_payment, stored_transfer

DAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    "sent",
    [
        payment(),
        payment(requestedExecutionDate=DAY.isoformat()),
        payment(
            creditorAgent="AAAADEBBXXX",
            endToEndIdentification="E2E",
            remittanceInformationUnstructured="Invoice 7",
            debtorAccount__currency="EUR",
        ),
    ],
)
def test_a_stored_order_is_read_again(sent: dict[str, object]) -> None:
    body = orjson.dumps(sent)
    checked = read_single_payment(body, BodyRules(Profile(), DAY))

    assert checked.transfer is not None
    assert stored_transfer(None, body) == checked.transfer  # type: ignore[arg-type]
