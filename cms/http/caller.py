"""Who calls a face of the CMS, and for which tenant and PSU."""

import hmac
from collections.abc import Callable

from flask import Flask, Response, jsonify, request

from cms.domain.errors import Malformed
from cms.domain.parties import PsuId
from cms.http.metrics import METRICS
from cms.http.rooms import rooms

OPEN_TO_ALL = ("/health/", "/openapi.json", "/docs")
TENANT = "instance-id"
OF_OPERATORS = "/console"  # has a log-in of its own, and takes no token


def demand_token(app: Flask, tokens: tuple[str, ...], metrics_tokens: tuple[str, ...]) -> None:
    """Let only the bank in: a bearer token on every call (C6), save health and documentation,
    and save the operators' console, which people log in to. The `metrics_tokens` open the metrics
    alone: who watches the server need not be able to move payments.

    With no `tokens` at all the faces are open; the wiring allows that in sandbox mode only.
    """
    if tokens:
        everywhere = tuple(token.encode() for token in tokens)
        of_metrics = everywhere + tuple(token.encode() for token in metrics_tokens)
        app.before_request(_bearer_check(everywhere, of_metrics))


def _bearer_check(
    everywhere: tuple[bytes, ...], of_metrics: tuple[bytes, ...]
) -> Callable[[], Response | None]:
    def check() -> Response | None:
        if request.path.startswith(OPEN_TO_ALL) or _of_operators(request.path):
            return None
        tokens = of_metrics if request.path == METRICS else everywhere
        scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
        presented = sent.strip().encode("utf-8", "surrogateescape")
        # Each is compared, so that the time tells nothing about which one nearly fitted.
        fits = [hmac.compare_digest(presented, token) for token in tokens]
        if scheme.lower() == "bearer" and any(fits):
            return None
        response = jsonify({"message": "A bearer token of the bank is needed."})
        response.status_code = 401
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    return check


def _of_operators(path: str) -> bool:
    return path == OF_OPERATORS or path.startswith(f"{OF_OPERATORS}/")


def tenant() -> str:
    """The tenant of this call (header `instance-id`). Raises Malformed."""
    return rooms().profiles.tenant(named(TENANT))


def psu_of_headers() -> PsuId:
    """The PSU of the headers `psu-id`, `psu-id-type` and so on; empty without them. Beside
    `psu-id`, clients of the field send the others blank where the PSU has none.

    Raises Malformed.
    """
    psu_id = named("psu-id")

    def beside(header: str) -> str | None:
        blank = not request.headers.get(header, "").strip()
        return None if blank and psu_id is not None else named(header)

    return PsuId(
        psu_id=psu_id,
        psu_id_type=beside("psu-id-type"),
        psu_corporate_id=beside("psu-corporate-id"),
        psu_corporate_id_type=beside("psu-corporate-id-type"),
    )


def named(header: str) -> str | None:
    """The header's value, None where it is not sent. Raises Malformed.

    With one character beyond ASCII a value arrives empty. So a blank one is refused: whoever sent
    it meant to narrow, to limit or to name something.
    """
    value = request.headers.get(header)
    if value is None:
        return None
    if not (value.strip() and value.isascii()):
        raise Malformed("Is blank, or has characters beyond ASCII.", path=header)
    if not value.isprintable():
        raise Malformed("Must not contain control characters.", path=header)
    return value.strip()
