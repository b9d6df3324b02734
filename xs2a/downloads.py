"""Fetches what strangers publish: within limits of time and size, and from nowhere inside."""

import socket
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies

from xs2a.jobs.fetching import DownloadFailed

CONNECT_WITHIN_S: Final = 5
NEXT_BYTES_WITHIN_S: Final = 10
ALL_WITHIN_S: Final = 60
MOST_BYTES: Final = 20_000_000
_CHUNK: Final = 65_536
_NAT64: Final = ip_network("64:ff9b::/96")  # RFC 6052: any IPv4 address, private ones too


class Download:
    """Fetches by HTTP GET. The bank's own proxy for calls to the outside is taken from the
    environment (`https_proxy` and so on).

    With `public_only`, addresses of loopback and private networks are refused, unless such a
    proxy makes the call: certificates name the URLs, and nobody shall reach by them what stands
    behind the bank's walls. `ticks` are seconds of the real time.
    """

    def __init__(self, ticks: Callable[[], float], *, public_only: bool) -> None:
        self._ticks = ticks
        self._public_only = public_only

    def __call__(self, url: str) -> bytes:
        """What is at the URL. Redirects are not followed. Raises DownloadFailed."""
        try:
            if self._public_only and not get_environ_proxies(url):
                _demand_public(url)
            return self._fetch(url)
        except (requests.RequestException, OSError, ValueError) as error:
            raise DownloadFailed(type(error).__name__) from error

    def _fetch(self, url: str) -> bytes:
        ends_at = self._ticks() + ALL_WITHIN_S
        with requests.get(
            url,
            headers={"Accept-Encoding": "identity"},
            auth=lambda request: request,  # and none that a .netrc has for the host
            timeout=(CONNECT_WITHIN_S, NEXT_BYTES_WITHIN_S),
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != 200:
                raise DownloadFailed(f"HTTP status {answer.status_code}")
            content = bytearray()
            for chunk in answer.iter_content(_CHUNK):
                content += chunk
                if len(content) > MOST_BYTES:
                    raise DownloadFailed(f"it has more than {MOST_BYTES:,} bytes")
                if self._ticks() > ends_at:
                    raise DownloadFailed(f"it takes more than {ALL_WITHIN_S} seconds")
            return bytes(content)


def _demand_public(url: str) -> None:
    host = urlsplit(url).hostname or ""
    for *_, address in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
        found = ip_address(str(address[0]).partition("%")[0])
        if not found.is_global or found in _NAT64:
            raise DownloadFailed("its address is not public")
