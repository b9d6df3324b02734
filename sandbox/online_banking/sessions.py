"""What a browser keeps, signed: one customer, one visit to a payment link, one phone.

The phone is logged in beside the others: a PSU may have both open in one browser.
"""

from flask import session


def open_visit(authorisation_id: str, psu_id: str) -> None:
    """This PSU has logged in for this link."""
    _begin("visit", [authorisation_id, psu_id])


def visitor(authorisation_id: str) -> str | None:
    """Who has logged in for this link."""
    at, psu_id = session.get("visit", (None, None))
    return psu_id if at == authorisation_id else None


def end_visit() -> None:
    """The visit to the link is over."""
    session.pop("visit", None)


def open_accounts(psu_id: str) -> None:
    """This customer has logged in to see the accounts."""
    _begin("customer", psu_id)


def customer() -> str:
    """Who has logged in to see the accounts; empty if nobody."""
    return str(session.get("customer", ""))


def close_accounts() -> None:
    """Forget the customer."""
    session.pop("customer", None)


def open_phone(psu_id: str) -> None:
    """This PSU's phone is shown."""
    session.permanent = True
    session["phone"] = psu_id


def phone_of() -> str:
    """Whose phone it is; empty while nobody has logged in."""
    return str(session.get("phone", ""))


def close_phone() -> None:
    """Forget whose phone it is."""
    session.pop("phone", None)


def _begin(name: str, value: object) -> None:
    """Start anew, with a fresh token against forged forms; only the phone stays."""
    phone = phone_of()
    session.clear()
    session.permanent = True
    session[name] = value
    if phone:
        session["phone"] = phone
