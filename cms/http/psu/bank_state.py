"""psu-api for the bank state, which the field calls aspsp-consent-data (C2, spec 2.4)."""

import base64
import binascii
from typing import Final

import orjson
from flask import Response, jsonify, request
from flask_smorest import Blueprint

from cms.domain.errors import Malformed, Unknown
from cms.http.caller import tenant
from cms.http.codes import done
from cms.http.rooms import rooms

psu_bank_state = Blueprint(
    "psu-api: bank state",
    __name__,
    url_prefix="/psu-api/v1/aspsp-consent-data",
    description="What the bank wants remembered of a payment; the server looks at none of it",
)

_PATH: Final = "/consents/<string:consent_id>"
_ID, _STATE = "consentId", "aspspConsentDataBase64"


@psu_bank_state.route(_PATH, methods=["GET"])
@psu_bank_state.doc(responses={"404": {"description": "Nothing is remembered"}})
def read_state(consent_id: str) -> Response:
    """What is remembered of this payment, in Base64."""
    state = rooms().bank_states.load(consent_id, tenant())
    if state is None:
        raise Unknown
    return jsonify({_ID: consent_id, _STATE: base64.b64encode(state).decode()})


@psu_bank_state.route(_PATH, methods=["PUT"])
@psu_bank_state.doc(
    responses={"400": {"description": "Malformed"}, "404": {"description": "Unknown payment"}}
)
def write_state(consent_id: str) -> Response:
    """Remember this of the payment, whatever its status; `null` forgets it."""
    rooms().bank_states.save(consent_id, tenant(), _sent_state(consent_id), on_record=True)
    return done()


@psu_bank_state.route(_PATH, methods=["DELETE"])
@psu_bank_state.doc(responses={"404": {"description": "Nothing is remembered"}})
def forget_state(consent_id: str) -> Response:
    """Forget it."""
    rooms().bank_states.clear(consent_id, tenant())
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def _sent_state(consent_id: str) -> bytes | None:
    """The state in the body. A member that is left out is null, as in the field: clients written
    for it leave nulls out. Raises Malformed.
    """
    try:
        sent = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise Malformed("The body is not JSON.") from error
    if not isinstance(sent, dict) or not sent.keys() <= {_ID, _STATE}:
        raise Malformed(f"The body is not a JSON object of {_ID} and {_STATE}.")
    if sent.get(_ID) not in (None, consent_id):  # a tuple: it may be unhashable
        raise Malformed("Must be the id in the path.", path=_ID)
    return _decoded(sent.get(_STATE))


def _decoded(state: object) -> bytes | None:
    if state is None:
        return None
    if not isinstance(state, str):
        raise Malformed("Must be a text in Base64.", path=_STATE)
    try:
        return base64.b64decode(state, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("Must be a text in Base64.", path=_STATE) from error
