"""Who may authorise what: PSU matching (spec 21, A10)."""

import pytest

from cms.domain.authorisation import AuthorisationKind
from cms.domain.authorising import takes_part
from cms.domain.parties import PsuId
from tests.unit.cms.domain.resources import payment

CREATION, CANCELLATION = AuthorisationKind.PIS_CREATION, AuthorisationKind.PIS_CANCELLATION
ANTON, MARION = PsuId("anton.brueckner"), PsuId("marion.mueller")
ANTON_OF_A_FIRM = PsuId("anton.brueckner", psu_corporate_id="firm")
NOBODY = PsuId(None, psu_corporate_id="firm")


@pytest.mark.parametrize(
    "psus, multilevel, named, pays, cancels",
    [
        ((), False, ANTON, True, True),  # the first to come
        ((), True, ANTON, True, True),
        ((ANTON,), False, ANTON, True, True),
        ((ANTON,), False, MARION, False, False),
        ((ANTON,), False, ANTON_OF_A_FIRM, False, False),  # all four members count
        ((ANTON_OF_A_FIRM,), False, ANTON, False, False),
        # Further PSUs join the payment where several have to; whoever cancels must be one of them.
        ((ANTON,), True, MARION, True, False),
        ((ANTON, MARION), True, MARION, True, True),
        ((ANTON, MARION), False, MARION, True, True),
        ((ANTON,), False, NOBODY, False, False),
        ((NOBODY,), False, NOBODY, False, False),  # without a PSU-ID nobody is the same
    ],
)
def test_who_may_authorise(
    psus: tuple[PsuId, ...], named: PsuId, *, multilevel: bool, pays: bool, cancels: bool
) -> None:
    found = payment(psus=psus, multilevel=multilevel)

    assert takes_part(found, CREATION, named) is pays
    assert takes_part(found, CANCELLATION, named) is cancels


def test_only_who_pays_joins_the_payment() -> None:
    assert [kind.joins_psu for kind in (CREATION, CANCELLATION)] == [True, False]
