"""psu-api for access by OAuth 2 that comes before any payment: what the TPP asks for, and the PSU's
decision. Access to one payment is decided where that payment is authorised.
"""

from flask import Response, jsonify
from flask_smorest import Blueprint

from cms.domain.access import AccessRequest
from cms.domain.parties import Tpp
from cms.http.bodies import tpp_body
from cms.http.caller import tenant
from cms.http.members import present
from cms.http.psu.sent import sent_psu
from cms.http.rooms import rooms

psu_access = Blueprint(
    "psu-api: access by OAuth 2",
    __name__,
    url_prefix="/psu-api/v1/oauth/access-requests",
    description="What a TPP asks a PSU for before any payment, and the PSU's decision",
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
