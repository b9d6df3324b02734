"""An authorisation: the sub-resource of a payment that carries one SCA of one PSU."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self

from cms.domain.approach import Approach
from cms.domain.lifecycles import AUTHORISATION, Lifecycle
from cms.domain.parties import PsuId
from cms.domain.payment import RedirectUris
from cms.domain.statuses import Cause, ScaStatus

_AUTHORISED = frozenset({ScaStatus.FINALISED, ScaStatus.EXEMPTED, ScaStatus.UNCONFIRMED})


class AuthorisationKind(StrEnum):
    """What is being authorised; the words of the CMS faces.

    `joins_psu` tells whether its PSU takes part in the parent from then on.
    """

    joins_psu: bool

    PIS_CREATION = "PIS_CREATION", True
    PIS_CANCELLATION = "PIS_CANCELLATION", False

    def __new__(cls, value: str, joins_psu: bool = False) -> Self:
        """`NAME = value, does its PSU join the parent`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.joins_psu = joins_psu
        return member


@dataclass(slots=True)
class Authorisation:
    """One SCA process below its parent resource. Status is set by `moving.move` only.

    The authorisation id is also the redirect id of the link to the online banking (A9). Of a
    confirmation code only a slow, salted hash is kept.
    """

    lifecycle: ClassVar[Lifecycle[ScaStatus]] = AUTHORISATION

    authorisation_id: str
    parent_id: str
    instance_id: str
    kind: AuthorisationKind
    sca_approach: Approach
    status: ScaStatus
    status_cause: Cause
    status_changed_at: datetime
    created_at: datetime
    expires_at: datetime
    redirect_expires_at: datetime
    psu: PsuId | None = None
    redirect_uris: RedirectUris = RedirectUris()
    authentication_method_id: str | None = None
    confirmation_code_hash: str | None = field(default=None, repr=False)

    @property
    def resource_id(self) -> str:
        """The id under which history keeps this resource."""
        return self.authorisation_id

    @property
    def payment_id(self) -> str:
        """The payment that it belongs to."""
        return self.parent_id

    @property
    def awaits_psu(self) -> bool:
        """Has the PSU not come to the bank yet, as far as anybody has told us?"""
        return self.status in (ScaStatus.RECEIVED, ScaStatus.PSU_IDENTIFIED)

    @property
    def authorised(self) -> bool:
        """Has the PSU done its part? What comes after it is the bank's and the TPP's."""
        return self.status in _AUTHORISED
