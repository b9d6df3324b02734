"""May the PSU's browser be sent back there (RFC 6749, 3.1.2; RFC 9700, 4.1.3)?

Whoever decides here wrongly makes an open redirector of the bank. Why hosts are compared exactly
here, and by their registered domains in `xs2a.checks.domains`, is in docs/divergences.md.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 500  # characters, as of the header TPP-Redirect-URI

_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")


def is_safe(uri: str, *, loopback: bool) -> bool:
    """An https address without user and fragment; with `loopback` also http on the PSU's own
    machine (RFC 8252, 7.3), for the sandbox.
    """
    if len(uri) > LONGEST or not _VISIBLE.fullmatch(uri) or "#" in uri or "\\" in uri:
        return False
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (loopback and parts.scheme == "http" and is_loopback(host))


def is_covered(uri: str, domains: Iterable[str], *, loopback: bool) -> bool:
    """Is its host one of the certificate's domains, or (with `loopback`) this very machine? A
    wildcard stands for one label (RFC 9525, 6.3).
    """
    host = (urlsplit(uri).hostname or "").lower()
    if loopback and is_loopback(host):
        return True
    return any(host == domain or _fits(host, domain) for domain in domains)


def is_loopback(host: str) -> bool:
    """Is it an address of one's own machine?"""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fits(host: str, domain: str) -> bool:
    label, dot, rest = host.partition(".")
    return bool(label and dot) and domain == f"*.{rest}"
