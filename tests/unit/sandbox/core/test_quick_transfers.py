"""The bank's own product: four members, and nothing else is one."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.core import quick_transfers
from sandbox.core.bank import Bank
from sandbox.core.orders import Executed, Order, OrderRefused, OrderStatus, Transfer
from tests.unit.sandbox.bank_world import ANTON, MARION, pay

SENT = {"from": ANTON, "to": MARION, "name": "Marion Mueller", "amount": "12.50"}
ORDER = Order(
    "payment-1",
    "sandbox-quick-transfers",
    ANTON,
    "EUR",
    (Transfer(MARION, "Marion Mueller", Decimal("12.50"), "EUR"),),
)


def written(**change: object) -> bytes:
    return json.dumps({**SENT, **change}).encode()


def test_it_becomes_an_order(bank: Bank) -> None:
    order = quick_transfers.read("payment-1", written())
    assert order == ORDER
    assert bank.examine(order, psu_id=None, reject_without_funds=True).status == "RCVD"
    assert pay(bank, order) == Executed(OrderStatus.ACCP)


@pytest.mark.parametrize("amount", ["1", "0.01", "99999999999999.99"])
def test_amounts(amount: str) -> None:
    assert quick_transfers.read("p", written(amount=amount)).amount == Decimal(amount)


@pytest.mark.parametrize(
    "body, text",
    [
        (b"", "not JSON"),
        (b"<Document/>", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"from": 1, "from": 2}', "not JSON"),
        (b"[]", "members"),
        (b'"from to name amount"', "members"),
        (written(more="x"), "members"),
        (json.dumps(SENT | {"name": None}).encode(), "texts"),
        (written(amount=12.5), "texts"),
        (written(name=""), "'name'"),
        (written(name=" "), "'name'"),
        (written(name="M\u0000"), "'name'"),
        (written(name="\ud800"), "'name'"),
        (written(name="M" * 71), "'name'"),
        (written(amount="0"), "not a possible amount"),
        (written(amount="-1"), "'amount'"),
        (written(amount="1,00"), "'amount'"),
        (written(amount="1.001"), "'amount'"),
        (written(amount="1e3"), "'amount'"),
        (written(amount="٣"), "'amount'"),
        (written(to=MARION[:-1] + "1"), "'to'"),
        (written(to=MARION.lower()), "'to'"),
        (written(to="DE"), "'to'"),
        (written(**{"from": "DE00760700240271232400"}), "'from'"),
    ],
)
def test_what_it_is_not(body: bytes, text: str) -> None:
    with pytest.raises(OrderRefused) as refused:
        quick_transfers.read("payment-1", body)
    assert refused.value.reason_code == "FORMAT_ERROR"
    assert text in refused.value.text


@given(
    st.binary()
    | st.dictionaries(st.sampled_from(sorted(SENT)), st.text() | st.integers(), max_size=4).map(
        lambda change: json.dumps(SENT | change).encode()
    )
)
def test_any_bytes_are_an_order_or_refused(body: bytes) -> None:
    try:
        order = quick_transfers.read("payment-1", body)
    except OrderRefused:
        return
    assert Order.from_text(order.to_text()) == order
