"""An authorisation as the tests of the engine drive it: put where it is to stand, then updated."""

from dataclasses import dataclass
from typing import Any

import orjson

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.payment import Payment
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.store.tables import metadata
from tests.houses import World
from tests.http.cms.authorising import started
from tests.tpps import PSU_ID, Headers, TppClient

CREATION, CANCELLATION = AuthorisationKind.PIS_CREATION, AuthorisationKind.PIS_CANCELLATION
SEGMENTS = {CREATION: "authorisations", CANCELLATION: "cancellation-authorisations"}
TENANT = "UNDEFINED"

Body = dict[str, Any]
NOTHING: Body = {}
PASSWORD: Body = {"psuData": {"password": "12345"}}
METHOD: Body = {"authenticationMethodId": "email"}
TAN: Body = {"scaAuthenticationData": "123456"}
CODE: Body = {"confirmationCode": "confirmed"}


@dataclass
class Driven:
    """One authorisation below one payment, over HTTP."""

    tpp: TppClient
    payment_path: str
    kind: AuthorisationKind
    authorisation_id: str

    @property
    def world(self) -> World:
        return self.tpp.world

    @property
    def path(self) -> str:
        return f"{self.payment_path}/{SEGMENTS[self.kind]}/{self.authorisation_id}"

    @property
    def authorisation(self) -> Authorisation:
        """As it is stored now."""
        return self.world.house.parts.authorisations.find(self.authorisation_id, TENANT)

    @property
    def payment(self) -> Payment:
        """As it is stored now."""
        return self.world.house.parts.payments.find(self.authorisation.parent_id, TENANT)

    @property
    def stands(self) -> tuple[ScaStatus, TransactionStatus]:
        """Where authorisation and payment are."""
        return self.authorisation.status, self.payment.status

    def put(self, body: Body = NOTHING, *, psu_id: str | None = None) -> Any:
        """Update it; `{}` is sent as no body at all."""
        return put(self.tpp, self.path, body, {"PSU-ID": psu_id})

    def read(self) -> str:
        """Its status, as the TPP is told."""
        status: str = self.tpp.get(self.path).json["scaStatus"]
        return status


def put(tpp: TppClient, path: str, body: Body, headers: Headers | None = None) -> Any:
    content = orjson.dumps(body) if body else b""
    return tpp.call("PUT", path, headers, content)


def start(tpp: TppClient, path: str, body: Body = NOTHING, headers: Headers | None = None) -> Any:
    """Start an authorisation below a collection; `{}` is sent as no body at all."""
    return tpp.call("POST", path, headers, orjson.dumps(body) if body else b"")


def placed(
    tpp: TppClient,
    status: ScaStatus = ScaStatus.PSU_IDENTIFIED,
    *,
    approach: Approach = Approach.EMBEDDED,
    kind: AuthorisationKind = CREATION,
    at: TransactionStatus | None = None,
    **facts: Any,
) -> Driven:
    """An authorisation that stands there, below a payment that does (None: as it would be)."""
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    at = at or (TransactionStatus.RCVD if kind is CREATION else TransactionStatus.ACCP)
    known = None if status is ScaStatus.RECEIVED else PSU_ID
    facts = {"psu_id": known, "status": status, "sca_approach": approach} | facts
    if kind is CANCELLATION:
        set_status(tpp.world, made.payment_id, at)
    authorisation_id = started(tpp.world, made.payment_id, kind, **facts)
    if kind is CREATION:
        set_status(tpp.world, made.payment_id, at)
    tpp.world.bank.asked.clear()
    return Driven(tpp, made.path, kind, authorisation_id)


def set_status(world: World, payment_id: str, status: TransactionStatus) -> None:
    """The ASPSP pushes a status."""
    world.house.parts.payments.set_status(payment_id, TENANT, status, cause=Cause.ASPSP_PUSHED)


def state(world: World, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """All rows but events and what jobs note of themselves, and how many moves there are."""
    left_out = {"events", "job_leases", "job_runs", *without}
    names = [name for name in metadata.tables if name not in left_out]
    return {name: world.all_rows(name) for name in names} | {"moves": world.rows()["moves"]}


def told(answer: Any) -> str:
    """HTTP status and code of the first message: `409 STATUS_INVALID`; or `200`."""
    if answer.status_int < 400:
        return str(answer.status_int)
    return f"{answer.status_int} {answer.json['tppMessages'][0]['code']}"
