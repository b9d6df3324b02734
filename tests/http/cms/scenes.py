"""What the tables about the bank's faces are played on: a payment of one tenant among several."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from cms.domain.payment import Payment
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from spi.answers import Done
from spi.types import Initiated
from tests.houses import World
from tests.http.cms.authorising import CANCELLATION, started
from tests.http.conftest import OpenHouse
from tests.tpps import PAYMENT, PSU_ID, Made, TppClient

OWN, OTHER = "one", "two"
NUMBER = "PSDDE-BAFIN-100001"
ACCOUNT, REFERENCE = "account-4711", "bank-reference-1"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
NOBODY = "nobody-of-this-name"
PSU = {"psu-id": PSU_ID}
TPP_HEADER = {"tpp-authorisation-number": NUMBER}


@dataclass(frozen=True)
class Call:
    """One call of a face: its rule as the app has it, and what a proper one sends.

    `values` go into the rule; those that the scene knows (ids, names) need not be told.
    """

    method: str
    rule: str
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    query: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}"


@dataclass
class Scene:
    """A payment, its authorisations and a stopped TPP, all of the tenant `OWN`."""

    world: World
    made: Made
    values: dict[str, str]

    @property
    def payment(self) -> Payment:
        """As it is stored now."""
        return self.world.house.parts.payments.find(self.made.payment_id, OWN)

    def send(
        self,
        call: Call,
        *,
        tenant: str | None = OWN,
        headers: dict[str, str] | None = None,
        values: dict[str, str] | None = None,
        body: Any = None,
        query: str | None = None,
    ) -> Any:
        """The call, or one that differs from it in this."""
        sent = {**call.headers, **(headers or {})}
        if tenant is not None:
            sent.setdefault("instance-id", tenant)
        content = call.body if body is None else body
        if not isinstance(content, bytes):
            content = orjson.dumps(content)
        path = self.path(call, values or {}) + (call.query if query is None else query)
        return self.world.cms.request(
            path, method=call.method, headers=sent, body=content, status="*"
        )

    def path(self, call: Call, values: dict[str, str]) -> str:
        """The rule with its values filled in."""
        path = call.rule
        for name, value in {**self.values, **call.values, **values}.items():
            path = path.replace(f"<string:{name}>", quote(value, safe=""))
        assert "<" not in path, f"the scene has no value for {path}"
        return path

    def finalise(self) -> None:
        """The payment and its authorisations come to their end."""
        house = self.world.house
        with house.store.writing() as uow:
            for each in uow.authorisations.of_parent(self.made.payment_id):
                reported = ScaStatus.FINALISED
                uow.move(each, Cause.SCA_STEP, at=self.world.clock(), reported=reported)
        house.parts.payments.set_status(
            self.made.payment_id, OWN, TransactionStatus.ACSC, cause=Cause.ASPSP_PUSHED
        )


def open_scene(open_house: OpenHouse, certificate: str, **how: Any) -> Scene:
    """A house of two tenants, and what the first one has."""
    world = open_house(tenants={OWN: {}, OTHER: {}}, **how)
    world.bank.initiated = Done(
        Initiated(TransactionStatus.RCVD, bank_reference=REFERENCE, aspsp_account_id=ACCOUNT)
    )
    made = TppClient(world, certificate).initiated(headers={"Instance-ID": OWN, "PSU-ID": PSU_ID})
    cancellation = started(world, made.payment_id, CANCELLATION, psu_id=PSU_ID, tenant=OWN)
    world.house.parts.stop_list.block("PSDDE-BAFIN-STOPPED", OWN)
    world.house.parts.bank_states.save(made.payment_id, OWN, b"branch: north")
    ids = {
        "payment_id": made.payment_id,
        "authorisation_id": made.authorisation_id,
        "redirect_id": made.authorisation_id,
        "cancellation": cancellation,
        "payment_service": "payments",
        "payment_product": "sepa-credit-transfers",
        "tpp_id": NUMBER,
        "account_id": ACCOUNT,
        "consent_id": made.payment_id,
    }
    return Scene(world, made, ids)


BASE = "/psu-api/v1/payment"
JSON = {"Content-Type": "application/json"}
ORDER = {**PAYMENT, "creditorName": "Marion M."}
_SCA_STATUS = f"{BASE}/<string:payment_id>/authorisation/<string:authorisation_id>/status"

PSU_CALLS = (
    Call("GET", f"{BASE}/redirect/<string:redirect_id>"),
    Call("GET", f"{BASE}/cancellation/redirect/<string:redirect_id>"),
    Call("GET", f"{BASE}/<string:payment_id>", headers=PSU),
    Call("GET", f"{BASE}/cancellation/<string:payment_id>", headers=PSU),
    Call("GET", f"{BASE}/<string:payment_id>/authorisation/psus"),
    Call("GET", f"{BASE}/authorisation/<string:authorisation_id>"),
    Call(
        "PUT",
        f"{BASE}/authorisation/<string:authorisation_id>/psu-data",
        body={"psuId": PSU_ID},
        headers=JSON,
    ),
    Call(
        "PUT",
        f"{_SCA_STATUS}/<string:status>",
        body={"authenticationMethodId": "sms"},
        headers={**PSU, **JSON},
        values={"status": "psuAuthenticated"},
    ),
    Call("PUT", f"{BASE}/<string:payment_id>/status/<string:status>", values={"status": "ACSP"}),
    Call(
        "PUT",
        f"{BASE}/<string:payment_service>/<string:payment_product>/<string:payment_id>",
        body=ORDER,
        headers=JSON,
    ),
)
_PIS, _TPP = "/aspsp-api/v1/pis", "/aspsp-api/v1/tpp"
ASPSP_CALLS = (
    Call(
        "PUT",
        f"{_PIS}/transaction-status/<string:payment_id>/status/<string:status>",
        values={"status": "ACSP"},
    ),
    Call("GET", f"{_PIS}/payments/tpp/<string:tpp_id>"),
    Call("GET", f"{_PIS}/payments/psu", headers=PSU),
    Call("GET", f"{_PIS}/payments/account/<string:account_id>"),
    Call("GET", _TPP, headers=TPP_HEADER),
    Call("GET", f"{_TPP}/stop-list", headers={"tpp-authorisation-number": "PSDDE-BAFIN-STOPPED"}),
    Call("PUT", f"{_TPP}/stop-list/block", headers=TPP_HEADER),
    Call("DELETE", f"{_TPP}/stop-list/unblock", headers=TPP_HEADER),
)
_EVENTS, _STATE = "/aspsp-api/v1/events", "/psu-api/v1/aspsp-consent-data/consents"
_ALL_YEAR = {"start-date": "2026-01-01T00:00:00Z", "end-date": "2026-12-31T00:00:00+01:00"}
EVENT_CALLS = (
    Call("GET", f"{_EVENTS}/", headers=_ALL_YEAR),
    Call("GET", f"{_EVENTS}/payment/<string:payment_id>", headers=_ALL_YEAR),
    Call(
        "GET",
        f"{_EVENTS}/type/<string:event_type>",
        headers=_ALL_YEAR,
        values={"event_type": "PAYMENT_INITIATION_REQUEST_RECEIVED"},
    ),
    Call(
        "GET",
        f"{_EVENTS}/origin/<string:event_origin>",
        headers=_ALL_YEAR,
        values={"event_origin": "TPP"},
    ),
)
STATE_CALLS = (
    Call("GET", f"{_STATE}/<string:consent_id>"),
    Call(
        "PUT",
        f"{_STATE}/<string:consent_id>",
        body={"aspspConsentDataBase64": "YnJhbmNoOiBzb3V0aA=="},
        headers=JSON,
    ),
    Call("DELETE", f"{_STATE}/<string:consent_id>"),
)
ALL_CALLS = (*PSU_CALLS, *ASPSP_CALLS, *EVENT_CALLS, *STATE_CALLS)
CALLS = {call.name: call for call in ALL_CALLS}
