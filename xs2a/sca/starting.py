"""Who opens the authorisation: the bank with the resource, or the TPP by a call of its own."""

from dataclasses import dataclass

from cms.domain.profile import Profile, StartAuthorisationMode


@dataclass(frozen=True, slots=True)
class Situation:
    """What counts besides the profile. A cancellation is never multilevel here."""

    prefers_explicit: bool  # TPP-Explicit-Authorisation-Preferred
    multilevel: bool


def in_basket_mode(profile: Profile, situation: Situation) -> bool:
    """May the TPP want to authorise several resources together?"""
    return situation.prefers_explicit and profile.sb.signing_basket_supported


def starts_explicitly(profile: Profile, situation: Situation) -> bool:
    """Must the TPP start the authorisation itself (spec: implicit and explicit start)?"""
    mode = profile.common.start_authorisation_mode
    if mode is StartAuthorisationMode.AUTO:
        return situation.multilevel or in_basket_mode(profile, situation)
    return mode is StartAuthorisationMode.EXPLICIT
