"""Who opens the authorisation (spec 10): every mode with all that counts."""

from itertools import product

import pytest

from cms.domain.profile import CommonProfile, Profile, SbProfile, StartAuthorisationMode
from xs2a.sca.starting import Situation, in_basket_mode, starts_explicitly

AUTO, EXPLICIT, IMPLICIT = (
    StartAuthorisationMode.AUTO,
    StartAuthorisationMode.EXPLICIT,
    StartAuthorisationMode.IMPLICIT,
)
ANY = (True, False)


def profile(mode: StartAuthorisationMode, *, baskets: bool) -> Profile:
    return Profile(
        common=CommonProfile(start_authorisation_mode=mode),
        sb=SbProfile(signing_basket_supported=baskets),
    )


# Mode -> what makes the start explicit: (preferred, multilevel, baskets).
MAKES_EXPLICIT: dict[StartAuthorisationMode, set[tuple[bool, ...]]] = {
    AUTO: {
        *((preferred, True, baskets) for preferred in ANY for baskets in ANY),
        (True, False, True),
    },
    EXPLICIT: set(product(ANY, repeat=3)),
    IMPLICIT: set(),
}


@pytest.mark.parametrize("mode", list(StartAuthorisationMode))
@pytest.mark.parametrize("preferred, multilevel, baskets", list(product(ANY, repeat=3)))
def test_who_starts(
    mode: StartAuthorisationMode, *, preferred: bool, multilevel: bool, baskets: bool
) -> None:
    situation = Situation(prefers_explicit=preferred, multilevel=multilevel)
    offering = profile(mode, baskets=baskets)
    explicit = (preferred, multilevel, baskets) in MAKES_EXPLICIT[mode]

    assert starts_explicitly(offering, situation) is explicit
    assert in_basket_mode(offering, situation) is (preferred and baskets)
