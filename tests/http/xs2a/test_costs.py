"""What a payment costs, as the bank tells it with the initiation (spec 13.4)."""

from decimal import Decimal

import pytest

from cms.domain.money import Amount
from cms.domain.statuses import TransactionStatus
from spi.answers import Done
from spi.types import Initiated
from tests.tpps import TppClient

RCVD = TransactionStatus.RCVD
FIVE, TEN = Amount(Decimal("5.00"), "EUR"), Amount(Decimal("1E+1"), "USD")
COSTS = {
    "transactionFees",
    "transactionFeeIndicator",
    "currencyConversionFee",
    "estimatedTotalAmount",
    "estimatedInterbankSettlementAmount",
}


@pytest.mark.parametrize(
    "initiated, told",
    [
        (Initiated(RCVD), {}),
        (Initiated(RCVD, transaction_fee_indicator=False), {"transactionFeeIndicator": False}),
        (
            Initiated(RCVD, transaction_fees=FIVE, transaction_fee_indicator=True),
            {
                "transactionFees": {"currency": "EUR", "amount": "5.00"},
                "transactionFeeIndicator": True,
            },
        ),
        (
            Initiated(
                RCVD,
                currency_conversion_fee=FIVE,
                estimated_total_amount=TEN,
                estimated_interbank_settlement_amount=TEN,
            ),
            {
                "currencyConversionFee": {"currency": "EUR", "amount": "5.00"},
                "estimatedTotalAmount": {"currency": "USD", "amount": "10"},
                "estimatedInterbankSettlementAmount": {"currency": "USD", "amount": "10"},
            },
        ),
    ],
)
def test_the_answer_tells_what_the_bank_told(
    tpp: TppClient, initiated: Initiated, told: dict[str, object]
) -> None:
    tpp.world.bank.initiated = Done(initiated)
    answer = tpp.initiated().answer

    assert {name: answer.json[name] for name in COSTS & answer.json.keys()} == told


def test_the_first_answer_tells_it_again(tpp: TppClient) -> None:
    tpp.world.bank.initiated = Done(Initiated(RCVD, transaction_fees=FIVE))
    key = {"Idempotency-Key": "order-1"}

    assert tpp.initiated(headers=key).answer.json == tpp.initiated(headers=key).answer.json
