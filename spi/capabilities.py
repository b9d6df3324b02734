"""What a connector must be able to do for what its bank's profile offers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cms.domain.profile import Profile, ScaApproach
from spi.port import (
    AuthenticatesPsus,
    CancelsPayments,
    ExecutesPayments,
    HearsOfWrongCodes,
    InitiatesPayments,
    ReadsPayments,
    ReadsScaStatuses,
    RemembersDeeds,
    StartsAuthorisations,
)


@dataclass(frozen=True, slots=True)
class Need:
    """One row: what a profile brings with it, and which capabilities that takes."""

    reason: str
    applies: Callable[[Profile], bool]
    capabilities: tuple[type, ...]


def _always(_: Profile) -> bool:
    return True


NEEDS: Final = (
    Need(
        "payments",
        _always,
        (InitiatesPayments, ReadsPayments, StartsAuthorisations, ReadsScaStatuses),
    ),
    Need("cancellations", _always, (CancelsPayments, RemembersDeeds)),
    Need(
        "common.scaApproachesSupported: EMBEDDED",
        lambda profile: ScaApproach.EMBEDDED in profile.common.sca_approaches_supported,
        (AuthenticatesPsus, ExecutesPayments),
    ),
    Need(
        "common.authorisationConfirmationRequestMandated",
        lambda profile: profile.common.authorisation_confirmation_request_mandated,
        (ExecutesPayments,),
    ),
    Need(
        "common.authorisationConfirmationCheckByXs2a",
        lambda profile: profile.common.authorisation_confirmation_check_by_xs2a,
        (HearsOfWrongCodes,),
    ),
)


def missing_capabilities(connector: object, profile: Profile) -> tuple[str, ...]:
    """What the profile offers and the connector cannot do, one sentence each."""
    return tuple(
        f"{need.reason} needs a connector that is {capability.__name__} (spi/port.py)"
        for need in NEEDS
        if need.applies(profile)
        for capability in need.capabilities
        if not isinstance(connector, capability)
    )
