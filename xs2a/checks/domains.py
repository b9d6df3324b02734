"""Do the URIs of a request lie in the domains of the TPP's certificate (spec 2.4)?"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

# As it is in the DNS. A browser would also decode "%2e" and look-alikes of dots: those hosts
# belong to nobody here. The last label starts with a letter, so that addresses are none.
_HOST: Final = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{0,62}", re.ASCII)


def lies_in(uri: str, domains: Iterable[str]) -> bool:
    """Has an absolute URI a host that was registered with one of the domains?

    `domains` are those of a certificate, in lower case and in ASCII, with `*.` where the
    certificate has it. A URI of an app's own scheme lies nowhere: any app may claim it.
    """
    registered = registered_domain(_host(uri))
    if registered is None:
        return False
    return registered in {registered_domain(each.removeprefix("*.")) for each in domains}


@lru_cache(maxsize=4096)  # TPPs send the same few again and again
def registered_domain(host: str) -> str | None:
    """What somebody has registered below a public suffix: `pay.co.uk` of `www.pay.co.uk`; None of
    a public suffix itself, of `localhost` and of an address. Suffixes count where a company
    lets the public register below its own, too.
    """
    bare = host.removesuffix(".").lower()
    if len(bare) > 253 or not _HOST.fullmatch(bare):  # RFC 1035, 2.3.4
        return None
    return _suffixes().privatesuffix(bare)


def _host(uri: str) -> str:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in {"http", "https"} else ""


@cache
def _suffixes() -> PublicSuffixList:
    """The list that comes with the package; it is read when it is first needed."""
    return PublicSuffixList()
