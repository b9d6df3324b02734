"""Certificates that their issuers have taken back: where the lists are, and what they say.

A list (CRL, RFC 5280, 5) is fetched again and again from its distribution point. Until its
`next_update` it is fresh; one that is not counts as none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from functools import cached_property
from hashlib import sha256
from typing import Final

LONGEST_WAIT: Final = timedelta(hours=1)
SHORTEST_WAIT: Final = timedelta(seconds=10)
LONGEST_REST: Final = timedelta(minutes=15)
LONGEST_REST_WITHOUT_LIST: Final = timedelta(minutes=1)  # meanwhile `hard` refuses TPPs
GIVEN_UP_AFTER: Final = 1_000  # failures in a row: most of a day, without a list
_OTHER_NAME: Final = "sha256:"


class RevocationPolicy(StrEnum):
    """What becomes of a certificate of which no fresh list says whether it is revoked.

    Hard: it is refused. Soft: it is let in, and counted. Off: nobody asks for lists at all.
    """

    HARD = "hard"
    SOFT = "soft"
    OFF = "off"


class RevocationState(Enum):
    """What the fresh lists say of a certificate; UNKNOWN where there is none."""

    GOOD = auto()
    REVOKED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class DistributionPoint:
    """Where an issuer publishes its list, by any of its names: URLs to fetch it from, and what
    `other_name` makes of those that it is called by only. `issuer` is its certificate, as DER; the
    list is for certificates of authorities, or for those of others.
    """

    issuer: bytes
    issuer_name: str
    names: tuple[str, ...]
    for_authorities: bool = False

    @property
    def urls(self) -> tuple[str, ...]:
        """All for the same list."""
        return tuple(name for name in self.names if not name.startswith(_OTHER_NAME))

    @property
    def point_id(self) -> str:
        """The same for the same issuer, names and purpose, everywhere and at all times."""
        purpose = "\n" if self.for_authorities else ""
        return sha256(self.issuer + ("\n".join(self.names) + purpose).encode()).hexdigest()


def other_name(name: bytes) -> str:
    """A name that nothing is fetched by, short however long it is: good for comparing."""
    return _OTHER_NAME + sha256(name).hexdigest()


@dataclass(frozen=True)
class RevocationList:
    """What a list says: the serial numbers of revoked certificates, perhaps a great many."""

    this_update: datetime
    next_update: datetime
    serials: frozenset[int]

    @cached_property
    def list_id(self) -> str:
        """The same for the same serial numbers."""
        return sha256(self.packed).hexdigest()

    @cached_property
    def packed(self) -> bytes:
        """The serial numbers in hexadecimal digits, in order, with blanks between."""
        return " ".join(f"{serial:x}" for serial in sorted(self.serials)).encode()


def names(packed: bytes, serial: int) -> bool:
    """Is the serial number among those of `RevocationList.packed`? Looked up as they lie there: as
    numbers, the hundreds of thousands of a long list would take a multiple of the memory.
    """
    wanted = b"%x" % serial
    begin, end = 0, len(packed)  # of whole numbers, with the blanks between them
    while begin < end:
        first = max(packed.rfind(b" ", begin, (begin + end) // 2) + 1, begin)
        last = packed.find(b" ", first, end)
        last = end if last < 0 else last
        found = packed[first:last]
        if found == wanted:
            return True
        if (len(found), found) < (len(wanted), wanted):
            begin = last + 1
        else:
            end = first - 1
    return False


@dataclass(frozen=True, slots=True)
class RevocationSource:
    """A distribution point that certificates name, and what came of asking there.

    It is asked until `needed_until`, when the last certificate that names it expires; next at
    `due_at`. `failures` are those since the last success, `failure` says what the last one was.
    """

    point: DistributionPoint
    needed_until: datetime
    due_at: datetime
    failures: int = 0
    failure: str | None = None
    fetched_at: datetime | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    list_id: str | None = None
    revoked: int | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Is there a list that counts?"""
        return self.next_update is not None and now < self.next_update


@dataclass(frozen=True, slots=True)
class KnownList:
    """What has to be known of a source to notice that it has news, and to tell what counts."""

    point_id: str
    needed_until: datetime
    next_update: datetime | None
    list_id: str | None

    def is_fresh(self, now: datetime) -> bool:
        """Is there a list that counts?"""
        return self.next_update is not None and now < self.next_update


def asked_again_at(fetched: RevocationList, now: datetime) -> datetime:
    """When to ask for the next list: ten times in the life of this one, but not all the time; and
    more often towards its end, as it may be renewed but a moment before.
    """
    tenth = (fetched.next_update - fetched.this_update) / 10
    half_of_what_is_left = (fetched.next_update - now) / 2
    return now + max(min(tenth, LONGEST_WAIT, half_of_what_is_left), SHORTEST_WAIT)


def tried_again_at(failures: int, next_update: datetime | None, now: datetime) -> datetime:
    """When to ask again after so many failures in a row, where the list that is there, if any, is
    over at `next_update`: later each time, but soon while there is no fresh one.
    """
    doubled: int = 2 ** min(failures, 10)
    longest = LONGEST_REST
    if next_update is not None and now < next_update:
        longest = min(longest, max((next_update - now) / 2, SHORTEST_WAIT))
    elif failures <= GIVEN_UP_AFTER:
        longest = LONGEST_REST_WITHOUT_LIST
    return now + min(SHORTEST_WAIT * doubled, longest)


@dataclass(frozen=True, slots=True)
class Revocable:
    """A certificate that may be revoked: its serial number, and where its issuer would say so."""

    serial: int
    points: Sequence[DistributionPoint]
    expires_at: datetime
