"""Checks the headers of a request against the rows of `xs2a.spec.headers`."""

import re
import socket
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, Protocol
from urllib.parse import urlsplit

from xs2a.checks.dates import http_date
from xs2a.checks.values import has_control_characters
from xs2a.errors import Finding
from xs2a.spec.headers import HeaderRule, Kind
from xs2a.spec.messages import Message

# The versions and the variant of RFC 9562.
_UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
_IPV6_ZONE = re.compile(r"%[0-9A-Za-z._~-]+$")
_URI_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_NOT_IN_A_URI = re.compile(r"[\x00-\x20\x7f-\xff\"<>\\^`{|}]")

# Schemes that a browser would run or open itself instead of leaving the bank's page.
_DANGEROUS_SCHEMES: Final = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})
BOOLEAN_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off"})
NOTIFICATION_MODES: Final = ("SCA", "PROCESS", "LAST", "NONE")


class Headers(Protocol):
    """Headers of a request, found by their lower-case names."""

    def get(self, name: str, /) -> str | None:
        """The value, or None."""


def is_uuid(value: str) -> bool:
    """A UUID in its 36 characters."""
    return _UUID.fullmatch(value) is not None


def _is_ip_address(value: str) -> bool:
    try:
        if ":" in value:
            socket.inet_pton(socket.AF_INET6, _IPV6_ZONE.sub("", value))
        else:
            socket.inet_pton(socket.AF_INET, value)
    except (OSError, ValueError):
        return False
    return True


def _is_text(value: str) -> bool:
    return not has_control_characters(value)


@lru_cache(maxsize=4096)  # a TPP sends the same few again and again
def _is_uri(value: str) -> bool:
    if _NOT_IN_A_URI.search(value):
        return False
    try:
        uri = urlsplit(value)
        uri.port  # noqa: B018  raises for a port that is no number
    except ValueError:
        return False
    if not _URI_SCHEME.fullmatch(uri.scheme) or uri.scheme.lower() in _DANGEROUS_SCHEMES:
        return False
    return bool(uri.hostname) if uri.scheme.lower() in ("http", "https") else True


def notification_modes(value: str) -> tuple[str, ...]:
    """The modes of `status=SCA,PROCESS` (the prefix may be missing), upper-cased, in order."""
    listed = value.strip().removeprefix("status=")
    return tuple(item.strip().upper() for item in listed.split(","))


def _notification_fault(value: str) -> str | None:
    for mode in notification_modes(value):
        if mode not in NOTIFICATION_MODES:
            return f"names the unknown notification mode '{mode[:20]}'"
    return None


def _must(test: Callable[[str], bool], text: str) -> Callable[[str], str | None]:
    return lambda value: None if test(value) else text


_FAULT_OF: Final[dict[Kind, Callable[[str], str | None]]] = {
    Kind.TEXT: _must(_is_text, "must not contain control characters"),
    Kind.UUID: _must(is_uuid, "must be a UUID of 36 characters"),
    Kind.IP_ADDRESS: _must(_is_ip_address, "must be an IPv4 or IPv6 address"),
    Kind.BOOLEAN: _must(lambda value: value.lower() in BOOLEAN_WORDS, "must be true or false"),
    Kind.URI: _must(_is_uri, "must be an absolute URI"),
    Kind.NOTIFICATION_MODES: _notification_fault,
    Kind.DATE: _must(lambda value: http_date(value) is not None, "must be a date as HTTP has it"),
}


def _fault(rule: HeaderRule, value: str | None) -> str | None:
    if value is None:
        return "is missing"
    if not value.strip():  # also what the server makes of a value that is not ASCII
        taken = rule.may_be_blank and not rule.mandatory
        return None if taken else "must not be blank"
    if rule.max_length is not None and len(value) > rule.max_length:
        return f"is longer than {rule.max_length} characters"
    return _FAULT_OF[rule.kind](value)


def check_headers(rules: Iterable[HeaderRule], headers: Headers) -> list[Finding]:
    """Every fault of the listed headers, in the order of the rules.

    `headers` finds values by the rule's label, the name in lower case.
    """
    findings = []
    sent = headers.get
    for rule in rules:
        value = sent(rule.label)
        if value is None and not rule.mandatory:
            continue
        fault = _fault(rule, value)
        if fault is not None:
            text = f"Header '{rule.label}' {fault}."
            findings.append(Finding(Message.FORMAT_ERROR, text, rule.label))
    return findings


def says_true(value: str | None) -> bool:
    """A preference counts as set only by the word `true` (spec: header catalogue)."""
    return value is not None and value.strip().lower() == "true"
