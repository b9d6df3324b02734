"""Who takes part: the TPP with its roles, the PSU, and the PSU's device."""

from dataclasses import astuple, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self


class Role(StrEnum):
    """A role of a TPP, as its certificate names it (ETSI TS 119 495, clause 5.1)."""

    oid: str
    service: str

    PSP_AS = "PSP_AS", "0.4.0.19495.1.1", "ASPSP"
    PSP_PI = "PSP_PI", "0.4.0.19495.1.2", "PISP"
    PSP_AI = "PSP_AI", "0.4.0.19495.1.3", "AISP"
    PSP_IC = "PSP_IC", "0.4.0.19495.1.4", "PIISP"

    def __new__(cls, value: str, oid: str = "", service: str = "") -> Self:
        """`NAME = value, OID, service`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.oid = oid
        member.service = service
        return member


@dataclass(frozen=True, slots=True)
class Tpp:
    """A TPP as its certificate names it. Its identity is authorisation number, authority and
    tenant (T4); the rest may change with a new certificate. `domains` are DNS names in lower case,
    wildcards included.
    """

    authorisation_number: str
    authority_id: str
    name: str | None = None
    authority_name: str | None = None
    country: str | None = None
    organisation: str | None = None
    organisation_unit: str | None = None
    city: str | None = None
    state: str | None = None
    roles: frozenset[Role] = frozenset()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """A certificate that a TPP has shown: SHA-256 in hex, and the end of its validity. `roles` are
    those in force with it: the bank's proxy may allow others than the certificate names.
    """

    thumbprint: str
    not_after: datetime
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class PsuId:
    """The PSU as the TPP or the bank names it."""

    psu_id: str | None = None
    psu_id_type: str | None = None
    psu_corporate_id: str | None = None
    psu_corporate_id_type: str | None = None

    @property
    def empty(self) -> bool:
        """Without a PSU-ID nobody is named, whatever else is (spec: PSU matching)."""
        return self.psu_id is None or not self.psu_id.strip()

    def same_as(self, other: "PsuId") -> bool:
        """The same PSU: all four members are equal, and there is a PSU-ID."""
        return not self.empty and self == other

    def differs_from(self, other: "PsuId") -> bool:
        """Is it surely another PSU: by a member that both name?"""
        members = zip(astuple(self), astuple(other), strict=True)
        return any(mine != theirs for mine, theirs in members if mine and theirs)


@dataclass(frozen=True, slots=True)
class PsuContext:
    """The PSU's device as the TPP saw it (headers `PSU-*`), for the bank's fraud checks."""

    ip_address: str | None = None
    ip_port: str | None = None
    accept: str | None = None
    accept_charset: str | None = None
    accept_encoding: str | None = None
    accept_language: str | None = None
    user_agent: str | None = None
    http_method: str | None = None
    geo_location: str | None = None
    device_id: str | None = None
