"""What is fetched from outside, and what is refused; a server on loopback plays the outside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from xs2a.downloads import ALL_WITHIN_S, MOST_BYTES, Download
from xs2a.jobs.fetching import DownloadFailed

PROXY_VARIABLES = [
    each for name in ("http_proxy", "https_proxy", "all_proxy") for each in (name, name.upper())
]


class Outside(BaseHTTPRequestHandler):
    """Answers by the path."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        path = urlsplit(self.path).path  # a proxy is asked for a whole URL
        status = int(path[1:4])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/200")
        self.end_headers()
        size = int(path[5:] or 4)
        for _ in range(size // 65_536):
            self.wfile.write(b"x" * 65_536)
        self.wfile.write(b"x" * (size % 65_536))

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Outside)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def outside() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def frozen() -> float:
    return 0.0


def download(*, public_only: bool = False, ticks: Callable[[], float] = frozen) -> Download:
    return Download(ticks, public_only=public_only)


@pytest.mark.parametrize("size", [0, 4, 100_000])
def test_what_is_there_is_fetched(outside: str, size: int) -> None:
    assert download()(f"{outside}/200/{size}") == b"x" * size


@pytest.mark.parametrize("status", [302, 404, 500])
def test_only_200_counts_and_redirects_are_not_followed(outside: str, status: int) -> None:
    with pytest.raises(DownloadFailed, match=f"HTTP status {status}"):
        download()(f"{outside}/{status}")


def test_too_much_is_refused(outside: str) -> None:
    with pytest.raises(DownloadFailed, match="20,000,000 bytes"):
        download()(f"{outside}/200/{MOST_BYTES + 1}")


def test_too_long_is_refused(outside: str) -> None:
    ticks = count(0.0, ALL_WITHIN_S + 1.0)
    with pytest.raises(DownloadFailed, match="more than 60 seconds"):
        download(ticks=lambda: next(ticks))(f"{outside}/200/4")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://",
        "http://no-such-host.invalid/",
    ],
)
def test_what_cannot_be_reached_has_failed(url: str) -> None:
    with pytest.raises(DownloadFailed):
        download()(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "2130706433",
        "0x7f000001",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[fe80::1]",
    ],
)
def test_in_production_nothing_inside_is_reached(host: str) -> None:
    with pytest.raises(DownloadFailed, match="its address is not public"):
        download(public_only=True)(f"http://{host}/")


def test_through_the_banks_own_proxy_the_proxy_decides(
    outside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our server plays the proxy."""
    monkeypatch.setenv("http_proxy", outside)
    assert download(public_only=True)("http://10.0.0.1/200/4") == b"xxxx"
    assert Outside.asked[-1] == "http://10.0.0.1/200/4"
