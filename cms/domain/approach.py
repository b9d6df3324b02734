"""The SCA approaches, as they are stored and as they are told."""

from enum import StrEnum
from typing import Self


class Approach(StrEnum):
    """How one authorisation is carried out; fixed when it is started.

    `wire` is the value of `Aspsp-Sca-Approach` and of the CMS faces: integrated OAuth is a
    strategy of its own, but travels as REDIRECT. `psu_leaves` tells whether the PSU is sent to
    the bank by a link; `needs_psu` whether the bank must know the PSU from the start.
    """

    wire: str
    psu_leaves: bool
    needs_psu: bool

    REDIRECT = "REDIRECT", "REDIRECT", True, False
    OAUTH = "OAUTH", "REDIRECT", True, False
    EMBEDDED = "EMBEDDED", "EMBEDDED", False, False
    DECOUPLED = "DECOUPLED", "DECOUPLED", False, True

    def __new__(
        cls, value: str, wire: str = "", psu_leaves: bool = False, needs_psu: bool = False
    ) -> Self:
        """`NAME = stored, told, does the PSU leave, must the PSU be known`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.wire = wire
        member.psu_leaves = psu_leaves
        member.needs_psu = needs_psu
        return member
