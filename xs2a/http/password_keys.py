"""GET /password-keys.json: the public keys for encrypted passwords, for everybody to fetch."""

from flask import Blueprint, Response

from cms.domain.errors import Unknown
from xs2a.http import gate
from xs2a.http.answers import json_response

password_keys = Blueprint("password_keys", __name__)


@password_keys.route("/password-keys.json", methods=["GET"])
def published_keys() -> Response:
    """A JWKS (RFC 7517); 404 where the bank has no key, and so takes no encrypted password."""
    keys = gate.door().password_keys
    if not keys:
        raise Unknown
    return json_response(keys.public())
