"""aspsp-api: who a TPP is, and the stop list (spec 2.5)."""

from datetime import timedelta
from typing import Final

from flask import Response, jsonify
from flask_smorest import Blueprint

from cms.domain.errors import Malformed, Unknown
from cms.http.bodies import tpp_body
from cms.http.caller import TENANT, named, tenant
from cms.http.members import present
from cms.http.rooms import rooms
from cms.service.stop_list import ByWhom

aspsp_tpps = Blueprint(
    "aspsp-api: TPPs",
    __name__,
    url_prefix="/aspsp-api/v1/tpp",
    description="Who the TPPs are, and which of them are let in",
)

NUMBER: Final = "tpp-authorisation-number"
LOCK_PERIOD: Final = "lock-period"
OPERATOR, REASON = "updated-by", "reason"

_MOST_DIGITS: Final = 13  # of milliseconds: some 300 years
_OF_TPP: Final = [
    {"in": "header", "name": NUMBER, "required": True, "schema": {"type": "string"}},
    {"in": "header", "name": TENANT, "schema": {"type": "string"}},
]
_BY_WHOM: Final = [
    {"in": "header", "name": name, "schema": {"type": "string"}, "description": meaning}
    for name, meaning in ((OPERATOR, "Who changes the list"), (REASON, "Why"))
]
_PERIOD: Final = {
    "in": "header",
    "name": LOCK_PERIOD,
    "schema": {"type": "integer", "minimum": 0},
    "description": "How long, in milliseconds; for ever where it is not sent",
}
_MALFORMED: Final = {"400": {"description": "Malformed"}}
_UNKNOWN: Final = {"404": {"description": "Unknown"}}


@aspsp_tpps.route("", methods=["GET"])
@aspsp_tpps.doc(parameters=_OF_TPP, responses=_MALFORMED | _UNKNOWN)
def tpp() -> Response:
    """A TPP that has called this tenant, as its certificate named it last."""
    return jsonify(tpp_body(rooms().tpps.find(_number(), tenant())))


@aspsp_tpps.route("/stop-list", methods=["GET"])
@aspsp_tpps.doc(parameters=_OF_TPP, responses=_MALFORMED | _UNKNOWN)
def stop_list_entry() -> Response:
    """How a TPP stands on the stop list; one that was never on it is unknown."""
    entry = rooms().stop_list.find(_number(), tenant())
    if entry is None:
        raise Unknown
    until = entry.blocked_until
    return jsonify(
        present(
            {
                "tppAuthorisationNumber": entry.authorisation_number,
                "status": entry.status.value,
                "blockingExpirationTimestamp": until.isoformat() if until else None,
                "instanceId": entry.instance_id,
                "updatedBy": entry.changed_by,
                "changedAt": entry.changed_at.isoformat(),
                "reason": entry.reason,
            }
        )
    )


@aspsp_tpps.route("/stop-list/block", methods=["PUT"])
@aspsp_tpps.doc(parameters=[*_OF_TPP, _PERIOD, *_BY_WHOM], responses=_MALFORMED | _UNKNOWN)
def block() -> Response:
    """Let a TPP in no more: for a while, or for ever."""
    rooms().stop_list.block(_number(), _known_tenant(), period=_lock_period(), by=_by_whom())
    return jsonify(True)


@aspsp_tpps.route("/stop-list/unblock", methods=["DELETE"])
@aspsp_tpps.doc(parameters=[*_OF_TPP, *_BY_WHOM], responses=_MALFORMED | _UNKNOWN)
def unblock() -> Response:
    """Let a TPP in again, whether it was blocked or not."""
    rooms().stop_list.unblock(_number(), _known_tenant(), by=_by_whom())
    return jsonify(True)


def _known_tenant() -> str:
    """The tenant, if it has a profile: a lock that nobody meets would only seem to keep a TPP out.

    Raises Malformed, and UnknownTenant where tenants are told apart.
    """
    named_tenant = tenant()
    rooms().profiles.for_tenant(named(TENANT))
    return named_tenant


def _number() -> str:
    number = named(NUMBER)
    if number is None:
        raise Malformed("The TPP's authorisation number is missing.", path=NUMBER)
    return number


def _lock_period() -> timedelta | None:
    sent = named(LOCK_PERIOD)
    if sent is None:
        return None
    if not (sent.isascii() and sent.isdecimal() and len(sent) <= _MOST_DIGITS):
        raise Malformed("Must be a number of milliseconds, not negative.", path=LOCK_PERIOD)
    return timedelta(milliseconds=int(sent))


def _by_whom() -> ByWhom:
    return ByWhom(operator=named(OPERATOR), reason=named(REASON))
