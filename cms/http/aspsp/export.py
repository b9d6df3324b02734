"""aspsp-api: the bank takes its payments out, by TPP, PSU or account (spec 2.5)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from flask import Response, jsonify
from flask_smorest import Blueprint

from cms.domain.errors import Malformed
from cms.domain.search import Page, PaymentFilter, WholePayment
from cms.http.bodies import payment_body
from cms.http.caller import named, psu_of_headers, tenant
from cms.http.members import present
from cms.http.paging import ITEMS_PER_PAGE, whole_number
from cms.http.rooms import rooms

aspsp_export = Blueprint(
    "aspsp-api: export",
    __name__,
    url_prefix="/aspsp-api/v1/pis/payments",
    description="Payments for the bank's own records, page by page",
)

MOST_ITEMS: Final = 200  # and the bodies on a page have a bound of their own

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FIRST_DAY: Final = date(1970, 1, 1)  # nothing is older; and ids tell the time from then on
_PARAMETERS: Final = [
    {"in": place, "name": name, "schema": schema, "description": meaning}
    for place, name, schema, meaning in (
        ("header", "start-date", {"type": "string", "format": "date"}, "From this day (UTC) on"),
        ("header", "end-date", {"type": "string", "format": "date"}, "To the end of this day"),
        ("header", "instance-id", {"type": "string"}, "The tenant"),
        ("header", "psu-id", {"type": "string"}, "Only payments in which this PSU takes part"),
        *(
            ("header", name, {"type": "string"}, "Only those of a PSU that has this, too")
            for name in ("psu-id-type", "psu-corporate-id", "psu-corporate-id-type")
        ),
        ("query", "pageIndex", {"type": "integer", "minimum": 0}, "Which page, from 0"),
        (
            "query",
            "itemsPerPage",
            {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS},
            f"How many on a page, {ITEMS_PER_PAGE} by default",
        ),
    )
]
_ANSWERS: Final = {"400": {"description": "Malformed dates or paging"}}


@aspsp_export.route("/tpp/<string:tpp_id>", methods=["GET"])
@aspsp_export.doc(parameters=_PARAMETERS, responses=_ANSWERS)
def by_tpp(tpp_id: str) -> Response:
    """Payments that a TPP has initiated; `tpp_id` is its authorisation number."""
    number = _id(tpp_id)
    return _page(replace(_asked_for(), tpp_authorisation_number=number), mandatory=number)


@aspsp_export.route("/psu", methods=["GET"])
@aspsp_export.doc(parameters=_PARAMETERS, responses=_ANSWERS)
def by_psu() -> Response:
    """Payments in which the PSU of the headers takes part."""
    asked_for = _asked_for()
    return _page(asked_for, mandatory=asked_for.psu)


@aspsp_export.route("/account/<string:account_id>", methods=["GET"])
@aspsp_export.doc(parameters=_PARAMETERS, responses=_ANSWERS)
def by_account(account_id: str) -> Response:
    """Payments from an account, by the bank's own id of it."""
    account = _id(account_id)
    return _page(replace(_asked_for(), aspsp_account_id=account), mandatory=account)


def _asked_for() -> PaymentFilter:
    """What the headers ask for. Raises Malformed."""
    psu = psu_of_headers()
    start, end = _day("start-date"), _day("end-date")
    return PaymentFilter(
        instance_id=tenant(),
        psu=None if psu.empty else psu,
        since=_midnight(start) if start else None,
        before=_midnight(end + timedelta(days=1)) if end and end < date.max else None,
    )


def _page(asked_for: PaymentFilter, *, mandatory: object) -> Response:
    """The page that the query asks for; an empty one where the `mandatory` filter is blank.

    Raises Malformed.
    """
    index = whole_number("pageIndex", default=0, least=0)
    size = whole_number("itemsPerPage", default=ITEMS_PER_PAGE, least=1, most=MOST_ITEMS)
    empty = Page((), 0)
    page = rooms().search.page(asked_for, index=index, size=size) if mandatory else empty
    return jsonify(
        {
            "data": [_entry(found) for found in page.found],
            "pageInfo": {"pageIndex": index, "itemsPerPage": size, "total": page.total},
            "status": "OK",
        }
    )


def _entry(found: WholePayment) -> dict[str, Any]:
    """The payment as the psu-api tells it, and the bank's own reference (S5)."""
    payment = found.payment
    order = rooms().order_of(payment, found.body)
    own = present({"bankReference": payment.bank_reference})
    return payment_body(payment, order, found.tpp) | own


def _id(sent: str) -> str:
    """What an id can be; blank where it cannot be one, as then nothing can be found."""
    return sent.strip() if sent.isprintable() else ""


def _day(header: str) -> date | None:
    sent = named(header)
    if sent is None:
        return None
    try:
        if _DAY.fullmatch(sent):
            return date.fromisoformat(sent)
    except ValueError:
        pass
    raise Malformed("Must be a date such as 2026-03-31.", path=header)


def _midnight(day: date) -> datetime:
    """The begin of the day; the server's days are those of UTC."""
    return datetime.combine(max(day, _FIRST_DAY), time.min, UTC)
