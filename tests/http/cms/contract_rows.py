"""What every call of the bank's faces answers, call by call: the table of `test_contract.py`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.http.cms.scenes import BASE, CALLS, NUMBER, REFERENCE, UNKNOWN_ID, Call
from tests.tpps import PSU_ID

Check = Callable[[Any], bool]


def has(*members: str) -> Check:
    return lambda answer: set(members) <= answer.json.keys()


def empty(answer: Any) -> bool:
    """Done, and nothing more to say."""
    return bool(answer.body == b"")


def yes(answer: Any) -> bool:
    return answer.json is True


def one(answer: Any) -> bool:
    """A page with the scene's payment."""
    (entry,) = answer.json["data"]
    return bool(entry["bankReference"] == REFERENCE and answer.json["pageInfo"]["total"] == 1)


def none(answer: Any) -> bool:
    """An empty page."""
    page = {"pageIndex": 0, "itemsPerPage": 20, "total": 0}
    return bool(answer.json == {"data": [], "pageInfo": page, "status": "OK"})


@dataclass(frozen=True)
class Row:
    """What a call answers. 200 is as in the happy case, unless `nothing` says what is answered.

    `malformed` are ways to spoil the call, with the path that the answer names: what to send in
    the place of a header, a value of the path, the body or the query.
    """

    happy: Check
    missing: int
    finalised: int
    expired: int
    other_tenant: int
    malformed: tuple[tuple[dict[str, Any], str | None], ...] = ()
    nothing: Check | None = None
    good: int = 200


def header(name: str, value: str) -> tuple[dict[str, Any], str | None]:
    return {"headers": {name: value}}, name


def body(content: Any, path: str | None = None) -> tuple[dict[str, Any], str | None]:
    return {"body": content}, path


def value(name: str, content: str, path: str) -> tuple[dict[str, Any], str | None]:
    return {"values": {name: content}}, path


def query(content: str, path: str) -> tuple[dict[str, Any], str | None]:
    return {"query": content}, path


NO_JSON = (body(b"{"), body([]), body({"x": "y"}, "x"))
STATUS = tuple(value("status", word, "status") for word in ("XXXX", "%00", "x" * 300))
# A value with characters beyond ASCII arrives empty; other servers may do otherwise.
BLANK = ("", " ", "j\xf6rg")
WRONG_PSU = tuple(header("psu-id", psu) for psu in ("\x01", *BLANK))
OTHER_PSU = (({"headers": {"psu-id": "somebody else"}}, None),)
DATES = tuple(
    header(name, day)
    for name in ("start-date", "end-date")
    for day in ("x", "2026-13-01", "20260301", "2026-03-01T00:00:00Z", "1.3.2026", *BLANK)
)
PAGING = tuple(
    query(f"?{name}={number}", name)
    for name, numbers in (("pageIndex", ("x", "-1", "1.5")), ("itemsPerPage", ("0", "-1", "201")))
    for number in numbers
)
NO_NUMBER = tuple(header("tpp-authorisation-number", number) for number in BLANK)
OF_PSU = ("psu-id-type", "psu-corporate-id", "psu-corporate-id-type")
EXPORT = (*DATES, *PAGING, *WRONG_PSU, *(header(name, "\x01") for name in OF_PSU))
# Beside `psu-id` they may be blank; alone they would be all that narrows.
UNNAMED = tuple(header(name, value) for name in OF_PSU for value in BLANK)

# What a body names has to be sent as a header from then on.
NO_HEADER = (
    body({"psuId": "j\xf6rg"}, "psuId"),
    body({"psuId": PSU_ID, "psuCorporateId": "F\xfcrst"}, "psuCorporateId"),
)

PSU_TABLE: dict[str, Row] = {
    "GET redirect/<string:redirect_id>": Row(
        has("payment", "authorisationId", "tppOkRedirectUri"), 404, 200, 408, 404
    ),
    "GET cancellation/redirect/<string:redirect_id>": Row(
        has("payment", "authorisationId", "tppNokRedirectUri"), 404, 404, 408, 404
    ),
    "GET <string:payment_id>": Row(
        has("paymentId", "paymentData", "tppInfo"),
        *(404, 200, 200, 404),
        malformed=(*WRONG_PSU, *OTHER_PSU),
    ),
    "GET cancellation/<string:payment_id>": Row(
        has("paymentId", "paymentData", "tppInfo"),
        *(404, 200, 200, 404),
        malformed=(*WRONG_PSU, *OTHER_PSU),
    ),
    "GET <string:payment_id>/authorisation/psus": Row(
        lambda answer: [row["psuId"] for row in answer.json] == [PSU_ID, PSU_ID],
        *(404, 200, 200, 404),
        malformed=(query("?pageIndex=x", "pageIndex"), query("?itemsPerPage=1e3", "itemsPerPage")),
    ),
    "GET authorisation/<string:authorisation_id>": Row(
        has("authorisationId", "scaStatus", "type", "scaApproach"), 404, 200, 200, 404
    ),
    "PUT authorisation/<string:authorisation_id>/psu-data": Row(
        empty,
        *(404, 400, 408, 404),
        malformed=(
            *NO_JSON,
            body({"psuId": " "}, "psuId"),
            body({"psuId": 1}, "psuId"),
            body({}),
            *NO_HEADER,
        ),
    ),
    "PUT <string:payment_id>/authorisation/<string:authorisation_id>/status/<string:status>": Row(
        empty,
        *(404, 400, 408, 404),
        malformed=(
            *NO_JSON,
            *STATUS,
            *WRONG_PSU,
            *OTHER_PSU,
        ),
    ),
    "PUT <string:payment_id>/status/<string:status>": Row(
        empty, 404, 400, 200, 404, malformed=STATUS
    ),
    "PUT <string:payment_service>/<string:payment_product>/<string:payment_id>": Row(
        empty,
        *(404, 400, 400, 404),
        malformed=(
            *(value("payment_service", word, "payment-service") for word in ("x", "SINGLE", "%00")),
            value("payment_service", "bulk-payments", "payment-service"),
            value("payment_product", "instant-sepa-credit-transfers", "payment-product"),
            ({"headers": {"Content-Type": "application/xml"}}, "content-type"),
            body(b"<a/>"),
            body(b""),
            body({}, "debtorAccount"),
        ),
    ),
}
ASPSP_TABLE: dict[str, Row] = {
    "PUT /pis/transaction-status/<string:payment_id>/status/<string:status>": Row(
        empty, 404, 200, 200, 404, malformed=STATUS
    ),
    **{
        f"GET /pis/payments/{below}": Row(
            one, 200, 200, 200, 200, malformed=(*EXPORT, *more), nothing=none
        )
        for below, more in (
            ("tpp/<string:tpp_id>", UNNAMED),
            ("psu", ()),
            ("account/<string:account_id>", UNNAMED),
        )
    },
    "GET /tpp": Row(
        lambda answer: answer.json["authorisationNumber"] == NUMBER,
        *(404, 200, 200, 404),
        malformed=NO_NUMBER,
    ),
    "GET /tpp/stop-list": Row(
        has("tppAuthorisationNumber", "status", "instanceId", "changedAt"),
        *(404, 200, 200, 404),
        malformed=NO_NUMBER,
    ),
    # The list is the other tenant's own, and may name TPPs that have not called yet.
    "PUT /tpp/stop-list/block": Row(
        yes,
        *(200, 200, 200, 200),
        malformed=(
            *NO_NUMBER,
            *(header("lock-period", period) for period in ("-1", "x", "1.5", "9" * 14, *BLANK)),
            header("reason", "x" * 501),
            header("updated-by", "a\x01"),
            *(header(name, text) for name in ("updated-by", "reason") for text in BLANK),
        ),
        nothing=yes,
    ),
    "DELETE /tpp/stop-list/unblock": Row(
        yes, 200, 200, 200, 200, malformed=(*NO_NUMBER, header("reason", "\x01")), nothing=yes
    ),
}


MOMENTS = tuple(
    header(name, moment)
    for name in ("start-date", "end-date")
    for moment in ("", "x", "2026-03-01", "2026-03-01T00:00:00")
)
MANY = tuple(
    query(f"?{name}={number}", name)
    for name, numbers in (("pageIndex", ("x", "-1")), ("itemsPerPage", ("0", "1001")))
    for number in numbers
)


def initiation(answer: Any) -> bool:
    """Events of the scene's tenant, that of the payment first."""
    first = answer.json[0]
    return bool(first["eventType"] == "PAYMENT_INITIATION_REQUEST_RECEIVED" and first["paymentId"])


def no_events(answer: Any) -> bool:
    return bool(answer.json == [])


_LISTED = Row(initiation, 200, 200, 200, 200, malformed=(*MOMENTS, *MANY), nothing=no_events)
EVENT_TABLE: dict[str, Row] = {
    "GET /": replace(_LISTED, nothing=lambda answer: isinstance(answer.json, list)),
    "GET /payment/<string:payment_id>": Row(
        initiation, 404, 200, 200, 404, malformed=(*MOMENTS, *MANY)
    ),
    "GET /type/<string:event_type>": replace(
        _LISTED,
        malformed=(*_LISTED.malformed, value("event_type", "X", "event-type")),
        nothing=lambda answer: isinstance(answer.json, list),
    ),
    "GET /origin/<string:event_origin>": replace(
        _LISTED,
        malformed=(*_LISTED.malformed, value("event_origin", "NOBODY", "event-origin")),
        nothing=lambda answer: isinstance(answer.json, list),
    ),
}
STATES = "/psu-api/v1/aspsp-consent-data/consents"
_CONTENT = "aspspConsentDataBase64"
STATE_TABLE: dict[str, Row] = {
    "GET /<string:consent_id>": Row(has("consentId", _CONTENT), 404, 200, 200, 404),
    "PUT /<string:consent_id>": Row(
        empty,
        *(404, 200, 200, 404),
        malformed=(
            *NO_JSON[:2],
            body({"x": "y"}),
            body({_CONTENT: "?"}, _CONTENT),
            body({_CONTENT: 1}, _CONTENT),
            body({"consentId": UNKNOWN_ID, _CONTENT: "YQ=="}, "consentId"),
        ),
    ),
    "DELETE /<string:consent_id>": Row(empty, 404, 204, 204, 404, good=204),
}


def _named(face: str, name: str) -> Call:
    method, _, rule = name.partition(" ")
    return CALLS[f"{method} {face}{rule}"]


TABLE: list[tuple[Call, Row]] = [
    *((_named(f"{BASE}/", name), row) for name, row in PSU_TABLE.items()),
    *((_named("/aspsp-api/v1", name), row) for name, row in ASPSP_TABLE.items()),
    *((_named("/aspsp-api/v1/events", name), row) for name, row in EVENT_TABLE.items()),
    *(
        (_named("/psu-api/v1/aspsp-consent-data/consents", name), row)
        for name, row in STATE_TABLE.items()
    ),
]
