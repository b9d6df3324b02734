"""Little HTTP servers on loopback that play somebody outside: a bank, a TPP, a proxy."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server
from threading import Event, Thread


class Answers(BaseHTTPRequestHandler):
    """How requests of every method are answered: by the `hear` of those who derive from it."""

    def hear(self) -> None:
        """Answer one request."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """A request, as the library calls us."""
        self.hear()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  the library's names

    def body(self) -> bytes:
        """What was sent."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer with these, `_` in a header's name for `-`."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002  its name there
        """Nothing: the output is the tests'."""


@contextmanager
def answering(answers: type[Answers]) -> Iterator[str]:
    """Serve until the end of the block; the address, without a slash at its end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), answers) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[str]:
    """One caller gets the first bytes, and then a drop now and then for as long as it listens.

    Yields host and port.
    """
    over = Event()
    with create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            caller, _ = server.accept()
            with caller, suppress(OSError):
                caller.sendall(first)
                while not over.wait(0.05):
                    caller.sendall(drop)

        dripper = Thread(target=drip, daemon=True)
        dripper.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            dripper.join()
