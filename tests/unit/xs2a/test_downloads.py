"""What is fetched from outside, and what is refused; a server on loopback plays the outside."""

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest

from tests.answering import Answers, answering, dripping
from xs2a.downloads import MOST_BYTES, Download
from xs2a.jobs.fetching import DownloadFailed

PROXIED = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")
PROXY_VARIABLES = [each for name in PROXIED for each in (name, name.upper())]


class Outside(Answers):
    """Answers by the path."""

    asked: ClassVar[list[str]] = []
    authorisation: ClassVar[str | None] = None

    def hear(self) -> None:
        self.asked.append(self.path)
        Outside.authorisation = self.headers.get("Authorization")
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


@pytest.fixture(scope="module")
def outside() -> Iterator[str]:
    with answering(Outside) as url:
        yield url


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def download(*, public_only: bool = False) -> Download:
    return Download(public_only=public_only)


@pytest.mark.parametrize("size", [0, 4, 100_000])
def test_what_is_there_is_fetched(outside: str, size: int) -> None:
    assert download()(f"{outside}/200/{size}") == b"x" * size


@pytest.mark.parametrize("status", [302, 404, 500])
def test_only_200_counts_and_redirects_are_not_followed(outside: str, status: int) -> None:
    with pytest.raises(DownloadFailed, match=f"HTTP status {status}"):
        download()(f"{outside}/{status}")


@pytest.mark.parametrize("location", [b"/200", b"http://\xff\xfe/", b"http://[", b"mailto:%"])
def test_nothing_is_read_of_a_redirect(location: bytes) -> None:
    """Its body has no end: who waits for that waits in vain."""
    head = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n"
    with (
        dripping(head, b"x") as address,
        pytest.raises(DownloadFailed, match="HTTP status 302"),
    ):
        Download(public_only=False, within_s=5)(f"http://{address}/")


def test_too_much_is_refused(outside: str) -> None:
    with pytest.raises(DownloadFailed, match="20,000,000 bytes"):
        download()(f"{outside}/200/{MOST_BYTES + 1}")


HEAD = b"HTTP/1.1 200 OK\r\n"


def test_a_connection_that_comes_too_late_is_not_used(
    outside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, before = socket.getaddrinfo, list(Outside.asked)

    def slow_resolver(*args: Any, **named: Any) -> Any:
        Event().wait(0.3)
        return real(*args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slow_resolver)
    with pytest.raises(DownloadFailed, match="more than 0"):
        Download(public_only=False, within_s=0.1)(f"{outside}/200/4")
    assert Outside.asked == before


@pytest.mark.parametrize(
    "scheme, first",
    [
        ("http", HEAD + b"Content-Length: 1000000\r\n\r\n"),
        ("http", HEAD + b"\r\n"),
        ("http", HEAD + b"X-Long: "),
        ("http", b""),
        ("https", b"\x16\x03\x03\x3f\xff\x02\x00\x3f\x00"),
    ],
    ids=["a body", "a body without a length", "a header", "nothing", "a handshake"],
)
def test_who_drips_is_left_when_the_time_is_over(scheme: str, first: bytes) -> None:
    with (
        dripping(first, b"x") as address,
        pytest.raises(DownloadFailed, match=r"more than 0\.5 seconds"),
    ):
        Download(public_only=False, within_s=0.5)(f"{scheme}://{address}/")


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
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[::10.0.0.1]",
        "[fe80::1]",
        "[fec0::1]",
        "224.0.0.1",
    ],
)
def test_in_production_nothing_inside_is_reached(host: str) -> None:
    with pytest.raises(DownloadFailed, match="its address is not public"):
        download(public_only=True)(f"http://{host}/")


@pytest.mark.parametrize(
    "variable, value",
    [
        ("https_proxy", "http://127.0.0.1:1"),
        ("ftp_proxy", "http://127.0.0.1:1"),
        ("no_proxy", ".bank.example"),
        ("no_proxy", "127.0.0.1"),
    ],
)
def test_a_proxy_for_something_else_opens_nothing(
    outside: str, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert download()(f"{outside}/200/4") == b"xxxx"
    with pytest.raises(DownloadFailed, match="its address is not public"):
        download(public_only=True)(f"{outside}/200/4")


def test_a_name_that_is_resolved_differently_the_second_time(
    outside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, real, asked = iter(["93.184.216.34", "127.0.0.1"]), socket.getaddrinfo, Outside.asked

    def resolver(host: str, *args: Any, **named: Any) -> Any:
        return real(next(answers) if host == "rebinding.example" else host, *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    before = list(asked)
    with pytest.raises(DownloadFailed, match="its address is not public"):
        download(public_only=True)(f"http://rebinding.example:{urlsplit(outside).port}/200/4")
    assert (next(answers, "none left"), asked) == ("none left", before)


def test_no_password_is_sent(outside: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login bank password secret\n")
    monkeypatch.setenv("NETRC", str(file))
    download()(f"{outside}/200/4")
    assert Outside.authorisation is None


def test_through_the_banks_own_proxy_the_proxy_decides(
    outside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our server plays the proxy."""
    monkeypatch.setenv("http_proxy", outside)
    assert download(public_only=True)("http://10.0.0.1/200/4") == b"xxxx"
    assert Outside.asked[-1] == "http://10.0.0.1/200/4"
