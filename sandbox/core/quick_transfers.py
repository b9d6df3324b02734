"""The bank's own payment product, in a format of its own: who pays whom how much, and no more.

{"from": IBAN, "to": IBAN, "name": who is paid, "amount": "12.50"}, in euros
"""

import json
import re
from decimal import Decimal
from typing import Any, Final

from sandbox.core.orders import Order, OrderRefused, Transfer

PRODUCT: Final = "sandbox-quick-transfers"

_CURRENCY = "EUR"
_MEMBERS = ("from", "to", "name", "amount")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,14}(\.[0-9]{1,2})?", re.ASCII)
_NAME_MAX = 70
_IBAN_MODULUS = 97


def read(payment_id: str, body: bytes) -> Order:
    """The order that these bytes are. Raises OrderRefused."""
    sent = _members(body)
    name = sent["name"]
    if not (name.strip() and name.isprintable() and len(name) <= _NAME_MAX):
        raise _unreadable(f"'name' is who is paid, in 1 to {_NAME_MAX} characters.")
    if _AMOUNT.fullmatch(sent["amount"]) is None:
        raise _unreadable("'amount' is an amount in euros, as in \"12.50\".")
    transfer = Transfer(_iban(sent, "to"), name, Decimal(sent["amount"]), _CURRENCY)
    order = Order(payment_id, PRODUCT, _iban(sent, "from"), _CURRENCY, (transfer,))
    order.minor_units  # noqa: B018  raises for an amount of nothing
    return order


def _members(body: bytes) -> dict[str, str]:
    try:
        sent = json.loads(body, object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        raise _unreadable("It is not JSON.") from None
    if not isinstance(sent, dict) or set(sent) != set(_MEMBERS):
        raise _unreadable(f"It has the members {', '.join(_MEMBERS)}, and no others.")
    if not all(isinstance(value, str) for value in sent.values()):
        raise _unreadable("All its members are texts.")
    return sent


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """What is said twice may be said in two ways: then nobody knows what the PSU will be shown."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members


def _iban(sent: dict[str, str], member: str) -> str:
    """With its check digits (ISO 13616): letters count from 10, and modulo 97 one is left."""
    iban = sent[member]
    if _IBAN.fullmatch(iban) is not None:
        moved = iban[4:] + iban[:4]
        if int("".join(str(int(sign, 36)) for sign in moved)) % _IBAN_MODULUS == 1:
            return iban
    raise _unreadable(f"'{member}' is no IBAN.")


def _unreadable(text: str) -> OrderRefused:
    return OrderRefused("FORMAT_ERROR", f"This is not a quick transfer. {text}")
