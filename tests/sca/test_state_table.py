"""What a TPP may send where, and where it leads: every pair of the clauses 17 to 19, over HTTP.

The table is written from the clauses and the decisions A4 to A8, not from the server's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.statuses import ScaStatus
from spi.answers import Done
from spi.types import Authenticated
from tests.houses import EMAIL, SMS
from tests.sca.conftest import OpenShared, as_new
from tests.sca.driving import (
    CANCELLATION,
    CODE,
    CREATION,
    METHOD,
    NOTHING,
    PASSWORD,
    TAN,
    Body,
    placed,
    told,
)
from tests.tpps import PSU_ID, TppClient

BODIES: dict[str, Body] = {
    "nothing": NOTHING,
    "password": PASSWORD,
    "method": METHOD,
    "tan": TAN,
    "code": CODE,
}
SAME, DEED = "same", "deed"
ANY = ""


@dataclass(frozen=True)
class Row:
    """One or more approaches at one or more statuses with one or more bodies (ANY: all)."""

    approaches: str
    at: str
    bodies: str
    mandated: bool | None
    answer: str
    becomes: str = SAME
    asked: str = ANY

    def fits(self, approach: str, at: str, body: str, *, mandated: bool) -> bool:
        named = ((self.approaches, approach), (self.at, at), (self.bodies, body))
        return self.mandated in {None, mandated} and all(
            not wanted or given in wanted.split() for wanted, given in named
        )


# The first row that fits counts. The bank asks its PSU for one of two methods.
TABLE = [
    # EMBEDDED, spec 17.1
    Row("EMBEDDED", "received", "nothing", None, "200", "psuIdentified"),
    Row("EMBEDDED", "received", "password", None, "200", "psuAuthenticated", "authenticate_psu"),
    Row(
        "EMBEDDED", "psuIdentified", "password", None, "200", "psuAuthenticated", "authenticate_psu"
    ),
    Row(
        "EMBEDDED", "psuAuthenticated", "method", None, "200", "scaMethodSelected",
        "select_sca_method",
    ),
    Row("EMBEDDED", "scaMethodSelected", "tan", None, "200", "finalised", DEED),
    # A6; Q-6: nothing can be sent at `unconfirmed` either, which belongs to the other approaches.
    Row(
        "EMBEDDED", "started finalised exempted failed unconfirmed", ANY, None,
        "409 STATUS_INVALID",
    ),
    Row("EMBEDDED", ANY, ANY, None, "400 SERVICE_INVALID"),
    # DECOUPLED, spec 19
    Row("DECOUPLED", ANY, ANY, None, "403 SERVICE_BLOCKED"),
    # REDIRECT and OAUTH, spec 18
    Row("REDIRECT OAUTH", "unconfirmed", "code", True, "200", "finalised", DEED),
    Row("REDIRECT OAUTH", "finalised failed", "code", True, "400 SCA_INVALID"),
    Row("REDIRECT", ANY, ANY, None, "403 SERVICE_BLOCKED"),
    Row("OAUTH", ANY, ANY, False, "403 SERVICE_BLOCKED"),
    Row("OAUTH", "started exempted", "code", True, "400 SCA_INVALID"),
    Row("OAUTH", "started finalised exempted failed", ANY, True, "409 STATUS_INVALID"),
    Row("OAUTH", ANY, ANY, True, "400 SERVICE_INVALID"),
]  # fmt: skip


def row_for(approach: str, at: str, body: str, *, mandated: bool) -> Row:
    return next(row for row in TABLE if row.fits(approach, at, body, mandated=mandated))


def test_every_row_is_needed() -> None:
    used = {
        row_for(approach, at, body, mandated=mandated)
        for approach, at, body in product(Approach, ScaStatus, BODIES)
        for mandated in (True, False)
    }
    assert used == set(TABLE)


TppOf = Callable[[bool], TppClient]


@pytest.fixture(scope="module")
def tpp_of(open_shared: OpenShared, pisp: str) -> TppOf:
    """A TPP of a bank that mandates the confirmation, and of one that does not."""

    def opened(mandated: bool) -> TppClient:
        explicit = {"startAuthorisationMode": "explicit"}
        confirmed = {"authorisationConfirmationRequestMandated": mandated}
        return TppClient(open_shared({"common": explicit | confirmed}), pisp)

    tpps = {mandated: opened(mandated) for mandated in (True, False)}
    return lambda mandated: tpps[mandated]


@pytest.mark.parametrize("kind", [CREATION, CANCELLATION], ids=["pay", "cancel"])
@pytest.mark.parametrize("mandated", [True, False], ids=["confirmed", "plain"])
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("at", list(ScaStatus))
@pytest.mark.parametrize("approach", list(Approach))
def test_every_body_at_every_status(
    tpp_of: TppOf,
    approach: Approach,
    at: ScaStatus,
    body: str,
    kind: AuthorisationKind,
    *,
    mandated: bool,
) -> None:
    row = row_for(approach, at, body, mandated=mandated)
    tpp = tpp_of(mandated)
    as_new(tpp.world).bank.authenticated = Done(Authenticated((SMS, EMAIL)))
    driven = placed(tpp, at, approach=approach, kind=kind)
    paid_before = driven.payment.status
    answer = driven.put(BODIES[body], psu_id=PSU_ID)

    assert told(answer) == row.answer
    assert driven.authorisation.status == (at if row.becomes == SAME else row.becomes)
    if row.asked == DEED:
        cancels = kind is CANCELLATION
        assert driven.world.bank.asked == ["cancel_payment" if cancels else "execute_payment"]
        assert driven.payment.status == ("CANC" if cancels else "ACCP")
    else:
        assert driven.world.bank.asked == row.asked.split()
        assert driven.payment.status is paid_before
    assert_told_where_it_stands(answer, driven.authorisation.status, approach)


def assert_told_where_it_stands(answer: Any, status: ScaStatus, approach: Approach) -> None:
    if answer.status_int == 200:
        assert answer.json["scaStatus"] == status
        assert answer.headers["Aspsp-Sca-Approach"] == approach.wire
        assert answer.json["_links"].keys() == LINKS_AT[status]
    else:
        assert "Aspsp-Sca-Approach" not in answer.headers


# Spec 11.2, last table.
LINKS_AT = {
    ScaStatus.PSU_IDENTIFIED: {"scaStatus", "updatePsuAuthentication"},
    ScaStatus.PSU_AUTHENTICATED: {"scaStatus", "selectAuthenticationMethod"},
    ScaStatus.SCA_METHOD_SELECTED: {"scaStatus", "authoriseTransaction"},
    ScaStatus.FINALISED: {"scaStatus"},
}
