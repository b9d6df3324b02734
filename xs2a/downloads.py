"""Fetches what strangers publish: within limits of time and size, and from nowhere inside."""

import socket
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies, select_proxy

from xs2a.jobs.fetching import DownloadFailed
from xs2a.timed_calls import TimeOver, session_within

CONNECT_WITHIN_S: Final = 5
NEXT_BYTES_WITHIN_S: Final = 10
ALL_WITHIN_S: Final = 60
MOST_BYTES: Final = 20_000_000
_CHUNK: Final = 65_536
# They lead to other addresses, private ones too, or belong to no public network any more.
_LEADING_ELSEWHERE: Final = tuple(
    map(
        ip_network,
        (
            "::/96",  # IPv4-compatible addresses (RFC 4291, 2.5.5.1)
            "64:ff9b::/96",  # NAT64 (RFC 6052)
            "64:ff9b:1::/48",  # NAT64 within a network (RFC 8215)
            "2001::/32",  # Teredo (RFC 4380)
            "2002::/16",  # 6to4 (RFC 3056)
            "fec0::/10",  # site-local addresses (RFC 3879)
        ),
    )
)


class Download:
    """Fetches by HTTP GET. The bank's own proxy for calls to the outside is taken from the
    environment (`https_proxy` and so on).

    With `public_only`, addresses of loopback and private networks are refused, unless such a
    proxy makes the call: certificates name the URLs, and nobody shall reach by them what stands
    behind the bank's walls. `within_s` are the seconds that a call may take from its connection to
    its last byte, however the other side spreads its bytes over them.
    """

    def __init__(self, *, public_only: bool, within_s: float = ALL_WITHIN_S) -> None:
        self._public_only = public_only
        self._within_s = within_s

    def __call__(self, url: str) -> bytes:
        """What is at the URL. Redirects are not followed. Raises DownloadFailed."""
        looked_at: list[str] = []
        try:
            proxy = select_proxy(url, get_environ_proxies(url))
            guarded = self._public_only and proxy is None
            if guarded:
                _demand_public_host(url)

            def look(address: str) -> None:
                looked_at.append(address)
                if guarded:
                    _demand_public(address)

            with session_within(self._within_s, look) as session:
                content = _fetched(session, url, proxy)
        except TimeOver as error:
            raise DownloadFailed(f"it takes more than {self._within_s:g} seconds") from error
        except (requests.RequestException, OSError, ValueError) as error:
            raise DownloadFailed(type(error).__name__) from error
        if not looked_at:
            raise DownloadFailed("nobody has looked at its connection")
        return content


def _fetched(session: requests.Session, url: str, proxy: str | None) -> bytes:
    with session.get(
        url,
        headers={"Accept-Encoding": "identity"},
        proxies={} if proxy is None else {"all": proxy},
        timeout=(CONNECT_WITHIN_S, NEXT_BYTES_WITHIN_S),
        stream=True,
    ) as answer:
        return _content(answer)


def _content(answer: requests.Response) -> bytes:
    if answer.status_code != 200:
        raise DownloadFailed(f"HTTP status {answer.status_code}")
    content = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        content += chunk
        if len(content) > MOST_BYTES:
            raise DownloadFailed(f"it has more than {MOST_BYTES:,} bytes")
    return bytes(content)


def _demand_public_host(url: str) -> None:
    host = urlsplit(url).hostname or ""
    for *_, address in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
        _demand_public(str(address[0]))


def _demand_public(address: str) -> None:
    found = ip_address(address.partition("%")[0])
    elsewhere = any(found in network for network in _LEADING_ELSEWHERE)
    if not found.is_global or found.is_multicast or elsewhere:
        raise DownloadFailed("its address is not public")
