"""A TPP's own two pages, /ok and /nok, on a port of their own: another origin than the bank's."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = '<!doctype html><html lang="en"><title>TPP</title><link rel="icon" href="data:,"><h1>{}</h1>'


@dataclass(frozen=True, slots=True)
class Landing:
    """Where the PSU comes back to."""

    ok: str
    nok: str


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGE.format(self.path).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002  its name there
        """Say nothing."""


@contextmanager
def running_landing() -> Iterator[Landing]:
    """Serve the pages until the end of the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{server.server_port}"
        yield Landing(f"{base}/ok", f"{base}/nok")
        server.shutdown()
        thread.join()
