"""Every request is counted and leaves one line in the log; for any face."""

from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from flask import Flask

from cms import log_lines, metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_REQUEST: Final = "werkzeug.request"  # where the framework leaves the request it has made


def observe_requests(app: Flask, face: str) -> None:
    """Count and log what the app answers.

    It stands round the app, not in the framework's hooks: those cost several times as much.
    """
    inner = app.wsgi_app

    def observed(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began = perf_counter()
        log_lines.begin(environ.get("HTTP_X_REQUEST_ID"))
        route, status = metrics.UNMATCHED, 500  # what a server makes of an app that raises

        def start(line: str, *rest: Any) -> Any:
            nonlocal route, status
            status = int(line[:3])
            # The framework takes its request away when it has answered; here it is still there.
            rule = getattr(environ.get(_REQUEST), "url_rule", None)
            route = metrics.UNMATCHED if rule is None else rule.rule
            return start_response(line, *rest)

        try:
            return inner(environ, start)
        finally:
            seconds = perf_counter() - began
            method = metrics.known_method(environ["REQUEST_METHOD"])
            metrics.observe_request(face, route, method=method, status=status, seconds=seconds)
            log_lines.tell_access(face, route, method=method, status=status, seconds=seconds)
            log_lines.end()

    app.wsgi_app = observed  # type: ignore[method-assign]  # as the framework's manual has it
