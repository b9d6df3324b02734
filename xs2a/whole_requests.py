"""Lets a connection carry the next request though one was answered before its body was read.

A refusal is often decided by the headers alone. If the body has not arrived by then, the server can
but close the connection without a word, and a client that sends its next request on it, as it may
(RFC 9112, section 9.3), gets no answer.
"""

from collections.abc import Iterable
from threading import Semaphore
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REST_BYTES: Final = 64 * 1024
_CLOSES: Final = ("Connection", "close")


def reading_whole_requests(app: "WSGIApplication", threads: int) -> "WSGIApplication":
    """The same app, served by so many threads; what it leaves of a body is read before its answer
    goes out.

    Not more than `REST_BYTES`, though: beyond that the client is told that the connection closes.
    A body that is sent only if we ask for it (`Expect: 100-continue`) is not asked for. And half of
    the threads never wait for one: whoever is refused must not hold them all.
    """
    may_wait = Semaphore(max(1, threads // 2))

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not _has_body(environ) or "HTTP_EXPECT" in environ:
            return app(environ, start_response)
        body: IO[bytes] = environ["wsgi.input"]

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            if may_wait.acquire(blocking=False):
                try:
                    ended = len(body.read(REST_BYTES)) < REST_BYTES
                finally:
                    may_wait.release()
                headers = headers if ended else [*headers, _CLOSES]
            return start_response(status, headers, *error)

        return app(environ, start)

    return serve


def _has_body(environ: "WSGIEnvironment") -> bool:
    return environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ
