"""Does a `keyId` name a certificate? `SN=<serial in hex>,CA=<name of the issuer>` (T5).

The key itself comes from the certificate in the request, so that nothing is gained by a false
name: it only shows that a TPP has mixed up its certificates. Hence the tolerance for spellings.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, unquote_plus

from cryptography import x509

from xs2a.tpp.signature.header import unquoted

_KEY_ID: Final = re.compile(
    r"\s*SN\s*=\s*(?P<serial>[0-9a-f]{1,64})\s*,\s*CA\s*=(?P<issuer>.*)", re.IGNORECASE | re.DOTALL
)
# Possessive throughout: a name that fits nowhere is given up at once.
_ATTRIBUTE: Final = re.compile(
    r"""\s*+(?:OID\.)?(?P<type>[A-Za-z]\w*+|[0-9]++(?:\.[0-9]++)++)\s*+=\s*+
        (?:"(?P<quoted>(?:[^"\\]|\\.)*+)"\s*+|(?P<value>(?:[^,;+\\"]|\\.)*+))(?P<end>[,;+]|$)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPED: Final = re.compile(r"(?:\\[0-9a-f]{2})+|\\.", re.IGNORECASE | re.DOTALL)  # RFC 4514, 2.4

# RFC 4514, 3, and what OpenSSL, Java and Windows write for the rest.
_TYPES: Final = {
    "CN": "2.5.4.3",
    "SURNAME": "2.5.4.4",
    "SN": "2.5.4.4",
    "SERIALNUMBER": "2.5.4.5",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "S": "2.5.4.8",
    "STREET": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "T": "2.5.4.12",
    "TITLE": "2.5.4.12",
    "POSTALCODE": "2.5.4.17",
    "GIVENNAME": "2.5.4.42",
    "ORGANIZATIONIDENTIFIER": "2.5.4.97",
    "E": "1.2.840.113549.1.9.1",
    "EMAIL": "1.2.840.113549.1.9.1",
    "EMAILADDRESS": "1.2.840.113549.1.9.1",
    "DC": "0.9.2342.19200300.100.1.25",
    "UID": "0.9.2342.19200300.100.1.1",
}

Attribute = tuple[str, str]


@lru_cache(maxsize=1024)  # each seal comes with the same keyId again and again
def names_certificate(key_id: str, serial: int, issuer: x509.Name) -> bool:
    """Is this the serial number, and the issuer's name in one of its two orders?

    `key_id` is as it stands in the header, its escapes included. Never raises.
    """
    wanted = [frozenset(map(_attribute, rdn)) for rdn in issuer.rdns]
    # Some write what stands together in one place of the name as places of their own.
    apart = [frozenset({_attribute(each)}) for each in issuer]
    return any(
        number == serial and named in (wanted, wanted[::-1], apart, apart[::-1])
        for reading in _readings(key_id)
        if (fit := _KEY_ID.fullmatch(reading))
        for number, named in [(int(fit["serial"], 16), _named(fit["issuer"]))]
    )


def key_id_of(serial: int, issuer: x509.Name) -> str:
    """As the standard's example writes it: with `%20` for blanks."""
    return f"SN={serial:X},CA={issuer.rfc4514_string()}".replace("%", "%25").replace(" ", "%20")


def _readings(key_id: str) -> Iterator[str]:
    """What a sender may have meant: with or without percent-encoding, by that of URLs or of forms;
    a backslash is one of HTTP's, or of the name itself.
    """
    for text in dict.fromkeys((key_id, unquoted(key_id))):
        yield from dict.fromkeys((text, unquote(text), unquote_plus(text)))


def _attribute(of_name: x509.NameAttribute[str | bytes]) -> Attribute:
    return of_name.oid.dotted_string, _folded(str(of_name.value))


def _named(text: str) -> list[frozenset[Attribute]] | None:
    """The attributes of a written name, place by place: those with a `+` between stand together,
    in any order. None for what is no name.
    """
    named: list[frozenset[Attribute]] = []
    position, end = 0, ","
    while end:
        attribute = _ATTRIBUTE.match(text, position)
        if attribute is None:
            return None
        written = attribute["type"].upper()
        quoted, value = attribute["quoted"], attribute["value"]
        found = _TYPES.get(written, written), _value(value if quoted is None else quoted)
        before = named.pop() if end == "+" else frozenset()
        named.append(before | {found})
        position, end = attribute.end(), attribute["end"]
    return named


def _value(written: str) -> str:
    if written.startswith("#"):
        return _from_der(written.strip()[1:])
    return _folded(_ESCAPED.sub(_unescaped, written))


def _unescaped(escaped: re.Match[str]) -> str:
    if len(escaped[0]) == 2:  # a character that stands for itself; all else is bytes of UTF-8
        return escaped[0][1]
    return bytes.fromhex(escaped[0].replace("\\", "")).decode(errors="replace")


def _from_der(digits: str) -> str:
    """The text of `#` and the hex digits of a DER string (RFC 4514, 2.4); Java writes so what it
    knows no short name for.
    """
    try:
        der = bytes.fromhex(digits)
    except ValueError:
        return ""
    long_form = der[1] & 0x7F if len(der) > 1 and der[1] & 0x80 else 0
    return _folded(der[2 + long_form :].decode(errors="replace"))


def _folded(text: str) -> str:
    """Case and blanks do not count in names (RFC 4518, 2.6; X.520, caseIgnoreMatch)."""
    return " ".join(text.casefold().split())
