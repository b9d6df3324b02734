"""psu-api for access by OAuth 2: what a TPP asks for before any payment, the PSU's decision, and
what the PSU has granted. Access to one payment is decided where that payment is authorised.
"""

from flask import Response, jsonify
from flask_smorest import Blueprint

from cms.domain.access import GRANT_VALID_FOR, AccessRequest
from cms.domain.parties import Tpp
from cms.http.bodies import tpp_body
from cms.http.caller import psu_of_headers, tenant
from cms.http.members import present
from cms.http.psu.sent import sent_psu
from cms.http.rooms import rooms

psu_access = Blueprint(
    "psu-api: access by OAuth 2",
    __name__,
    url_prefix="/psu-api/v1/oauth/access-requests",
    description="What a TPP asks a PSU for before any payment, the PSU's decision, and its end",
)

_MEMBER = "/<string:request_id>"
_RESPONSES = {
    "400": {"description": "Malformed, or not to be decided here"},
    "404": {"description": "Unknown"},
    "409": {"description": "Decided before, or too old"},
}


@psu_access.route(_MEMBER, methods=["GET"])
@psu_access.doc(responses=_RESPONSES)
def asked(request_id: str) -> Response:
    """What the PSU is to decide on; 409 when there is nothing left to decide."""
    return jsonify(_body(*rooms().access.asked(request_id, tenant())))


@psu_access.route(f"{_MEMBER}/granted", methods=["PUT"])
@psu_access.doc(responses=_RESPONSES)
def grant(request_id: str) -> Response:
    """The PSU of the body has granted it, with a second factor; `redirectUri` is where the browser
    goes now. It has the code in it: nobody but that browser may see it.
    """
    psu = sent_psu()
    return jsonify({"redirectUri": rooms().access.grant(request_id, tenant(), psu)})


@psu_access.route(f"{_MEMBER}/declined", methods=["PUT"])
@psu_access.doc(responses=_RESPONSES)
def decline(request_id: str) -> Response:
    """The PSU has not granted it, or cannot; `redirectUri` is where the browser goes now."""
    request, _ = rooms().access.asked(request_id, tenant())
    return jsonify({"redirectUri": rooms().access.decline(request)})


@psu_access.route("", methods=["GET"])
@psu_access.doc(responses={"400": {"description": "No PSU is named"}})
def granted() -> Response:
    """What the PSU (header `psu-id`) has granted and TPPs can still use, the newest first."""
    found = rooms().access.granted_by(psu_of_headers(), tenant())
    return jsonify([_granted_body(*each) for each in found])


@psu_access.route(f"{_MEMBER}/revoked", methods=["PUT"])
@psu_access.doc(responses={"404": {"description": "Unknown, or granted by another PSU"}})
def take_back(request_id: str) -> Response:
    """The PSU (header `psu-id`) grants it no more: all tokens of it are worth nothing."""
    rooms().access.take_back(request_id, tenant(), psu_of_headers())
    return Response(status=200)


def _granted_body(request: AccessRequest, tpp: Tpp) -> dict[str, object]:
    at = request.granted_at
    until = at + GRANT_VALID_FOR if at else None
    return present(
        {
            "requestId": request.request_id,
            "scope": str(request.scope),
            "paymentId": request.scope.payment_id,
            "tppInfo": tpp_body(tpp),
            "grantedTimestamp": at.isoformat() if at else None,
            "expirationTimestamp": until.isoformat() if until else None,
        }
    )


def _body(request: AccessRequest, tpp: Tpp) -> dict[str, object]:
    return present(
        {
            "requestId": request.request_id,
            "scope": str(request.scope),
            "paymentId": request.scope.payment_id,
            "tppInfo": tpp_body(tpp),
            "redirectUri": request.redirect_uri,
            "expirationTimestamp": request.expires_at.isoformat(),
        }
    )
