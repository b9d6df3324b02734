"""To which address the PSU's browser may be sent back: the one that was told, or the TPP's own."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.http.conftest import OpenHouse
from tests.http.oauth.acting import INTEGRATED, Actors, outcome
from tests.http.xs2a.sending import cancel, push
from tests.tpps import OK_URI, Made, TppClient


def test_without_an_address_at_the_initiation_the_certificates_domain_counts(
    integrated: Actors,
) -> None:
    made = integrated.tpp.initiated(
        headers={"TPP-Redirect-URI": None, "TPP-Nok-Redirect-URI": None}
    )
    for uri, answer in (
        ("https://pay.example/other", "303 on"),
        ("https://evil.example/", "400 page"),
    ):
        assert outcome(integrated.ask(f"PIS:{made.payment_id}", {"redirect_uri": uri})) == answer


FAR = "https://app.far.example/ok"  # no domain of the certificate


def is_open(_actors: Actors, _made: Made) -> None:
    """Nothing has come between."""


def is_decided(actors: Actors, made: Made) -> None:
    actors.authorise(made)


def is_too_late(actors: Actors, _made: Made) -> None:
    actors.world.clock.advance(timedelta(hours=3))


def is_cancelled(actors: Actors, made: Made) -> None:
    assert cancel(actors.tpp, made).status_int == 204


# What has become of the payment by then -> the answer at the address that the TPP has told for it.
# Anywhere else, also at its own domain, nobody is sent.
@pytest.mark.parametrize(
    "becomes, answer",
    [
        (is_open, "303 on"),
        (is_decided, "303 invalid_scope"),
        (is_too_late, "303 invalid_scope"),
        (is_cancelled, "303 invalid_scope"),
    ],
)
@pytest.mark.parametrize("told_with", ["the payment", "the authorisation"])
def test_the_address_that_was_told_counts_also_when_all_is_decided(
    integrated: Actors, becomes: Callable[[Actors, Made], None], answer: str, told_with: str
) -> None:
    tpp, with_payment = integrated.tpp, told_with == "the payment"
    made = tpp.initiated(headers={"TPP-Redirect-URI": FAR if with_payment else None})
    if not with_payment:
        made = integrated.begin(made, {"TPP-Redirect-URI": FAR})
    becomes(integrated, made)

    for uri, expected in ((FAR, answer), (OK_URI, "400 page")):
        went = integrated.ask(f"PIS:{made.payment_id}", {"redirect_uri": uri})
        assert outcome(went) == expected


def test_so_does_that_of_a_payment_or_a_delete_below_which_none_was_started(
    open_house: OpenHouse, pisp: str
) -> None:
    explicit = {**INTEGRATED, "startAuthorisationMode": "explicit"}
    mandated = {"paymentCancellationAuthorisationMandated": True}
    actors = Actors(TppClient(open_house(common=explicit, pis=mandated), pisp))
    told_at_once = actors.tpp.initiated(headers={"TPP-Redirect-URI": FAR})
    told_later = actors.tpp.initiated(headers={"TPP-Redirect-URI": None})
    push(actors.world, told_later, "ACSP")
    assert cancel(actors.tpp, told_later, {"TPP-Redirect-URI": FAR}).status_int == 202

    for made in (told_at_once, told_later):
        for uri, expected in ((FAR, "303 invalid_scope"), (OK_URI, "400 page")):
            assert outcome(actors.ask(f"PIS:{made.payment_id}", {"redirect_uri": uri})) == expected
