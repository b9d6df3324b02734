"""Every request is counted and leaves one line in the log; for any face."""

import logging
from time import perf_counter

from flask import Flask, Response, g, request

from cms import log_lines, metrics
from cms.domain.errors import Unknown
from cms.domain.ids import known_form

log = logging.getLogger("xs2a.access")

# Parts of our paths that are ids, and what they are ids of.
_ID_PARTS = {
    "payment_id": "payment_id",
    "consent_id": "payment_id",  # of the bank state; of payments in this version
    "authorisation_id": "authorisation_id",
    "redirect_id": "authorisation_id",
}


def observe_requests(app: Flask, face: str) -> None:
    """Count and log what the app answers. To be called before anything else looks at a request."""

    def begin() -> None:
        g.began = perf_counter()
        log_lines.begin(x_request_id=request.environ.get("HTTP_X_REQUEST_ID"), **_ids_of_path())

    def observe(response: Response) -> Response:
        seconds = perf_counter() - g.began
        route = request.url_rule.rule if request.url_rule else metrics.UNMATCHED
        method, status = metrics.known_method(request.method), response.status_code
        metrics.observe_request(face, route, method=method, status=status, seconds=seconds)
        ms = round(seconds * 1000, 1)
        log.info(
            "%s %s %d %s ms",
            method,
            route,
            status,
            ms,
            extra={"face": face, "method": method, "route": route, "status": status, "ms": ms},
        )
        return response

    def end(_error: BaseException | None) -> None:
        log_lines.end()

    app.before_request(begin)
    app.after_request(observe)
    app.teardown_request(end)


def _ids_of_path() -> dict[str, str]:
    ids = {}
    for part, value in (request.view_args or {}).items():
        if part in _ID_PARTS and _is_id(value):
            ids[_ID_PARTS[part]] = value
    return ids


def _is_id(value: str) -> bool:
    try:
        known_form(value)
    except Unknown:
        return False
    return True
