"""Those who act in the property test: TPP, PSUs and bank, and what is remembered of their acts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from sandbox.core.people import PERSON_BY_ID
from sandbox.core.purposes import Purpose
from tests.houses import Clock
from tests.sca.driving import CANCELLATION, CREATION, PASSWORD, SEGMENTS, TAN, Body, put
from tests.sca.people import Consent, OnlineBanking, Visit
from tests.sca.sandbox_house import SandboxHouse
from tests.tpps import Headers, Made, TppClient

ALL = {"scaApproachesSupported": ["EMBEDDED", "REDIRECT", "DECOUPLED"]}
MANDATED = {"authorisationConfirmationRequestMandated": True}
CANCELLED_BY_PSU = {"paymentCancellationAuthorisationMandated": True}
EXPLICIT = {"startAuthorisationMode": "explicit"}
TENANTS: dict[str, dict[str, Any]] = {
    "plain": {"common": ALL},
    "explicit": {"common": ALL | EXPLICIT, "pis": CANCELLED_BY_PSU},
    "confirmed": {"common": ALL | MANDATED, "pis": CANCELLED_BY_PSU},
    "checked": {"common": ALL | MANDATED | {"authorisationConfirmationCheckByXs2a": True}},
}
WISHES: dict[str, dict[str, str | None]] = {
    "EMBEDDED": {},
    "REDIRECT": {"TPP-Redirect-Preferred": "true"},
    "DECOUPLED": {"TPP-Decoupled-Preferred": "true"},
}
PURPOSES = {CREATION: Purpose.PAY, CANCELLATION: Purpose.CANCEL}
LOST, EXEMPT, CANCEL_MANDATED = "666.06", "666.07", "666.08"
JOINT = {"g.manager", "sc.manager"}
SENT: dict[str, Body] = {
    "nothing": {},
    "password": PASSWORD,
    "wrong password": {"psuData": {"password": "54321"}},
    "sms": {"authenticationMethodId": "sms"},
    "push": {"authenticationMethodId": "push"},
    "tan": TAN,
    "wrong tan": {"scaAuthenticationData": "654321"},
    "all at once": PASSWORD | TAN | {"authenticationMethodId": "sms"},
    "wrong code": {"confirmationCode": "guessed"},
    "right code": {},
}
SLIPS = {"tan": "wrong tan", "right code": "wrong code"}


@dataclass(frozen=True)
class Wish:
    """A payment that the TPP is to make. `to_be_pushed`: the ASPSP may push its status."""

    tenant: str
    approach: str
    owner: str
    amount: str
    product: str
    named: bool
    to_be_pushed: bool


@dataclass
class Order:
    """A payment that the TPP has made."""

    made: Made
    tenant: str
    owner: str
    amount: str
    approach: str
    to_be_pushed: bool
    pushed: bool = False
    authorisations: list[tuple[AuthorisationKind, str]] = field(default_factory=list)


class Actors:
    """What each of them does, and what they have consented to."""

    house: SandboxHouse
    tpp: TppClient
    clock: Clock
    orders: list[Order]
    banking: dict[str, OnlineBanking]

    def step_properly(
        self,
        order: Order,
        kind: AuthorisationKind,
        authorisation_id: str,
        *,
        errs: bool = False,
        tells: bool = True,
    ) -> None:
        """The next step as the links tell; `errs` with what the PSU knows, but for a slip."""
        stored = self.house.world.house.parts.authorisations.find(authorisation_id, order.tenant)
        psu = stored.psu.psu_id if stored.psu and stored.psu.psu_id else self.next_psu(order)
        body = {
            "received": "password",
            "psuIdentified": "password",
            "psuAuthenticated": "sms",
            "scaMethodSelected": "tan",
            "unconfirmed": "right code",
        }.get(stored.status)
        if stored.sca_approach is Approach.DECOUPLED:
            self.banking[order.tenant].answer_phone("dora.push", approves=True, tells=tells)
        elif stored.sca_approach is Approach.REDIRECT and body != "right code":
            self.visit_as(order, kind, authorisation_id, self.way(order, psu, tells=tells))
        elif body is not None:
            slip = SLIPS.get(body, body) if errs else body
            self.send(order, kind, authorisation_id, slip, psu)

    def next_psu(self, order: Order) -> str:
        if order.owner not in JOINT:
            return order.owner
        left = JOINT - self.consented(order, Purpose.PAY)
        return min(left, default=order.owner)

    def way(self, order: Order, psu_id: str, **how: Any) -> Visit:
        return Visit(psu_id, mandated=order.tenant in {"confirmed", "checked"}, **how)

    def visit_as(
        self, order: Order, kind: AuthorisationKind, authorisation_id: str, how: Visit
    ) -> None:
        self.banking[order.tenant].visit(authorisation_id, PURPOSES[kind], how)

    def order(self, at: int) -> Order:
        return self.orders[at % len(self.orders)]

    def honest(self) -> Iterator[Order]:
        """Those about which the ASPSP's push has said nothing."""
        return (order for order in self.orders if not order.pushed)

    def authorisation(self, at: int, which_one: int) -> tuple[Order, AuthorisationKind, str]:
        having = [order for order in self.orders if order.authorisations]
        order = having[at % len(having)]
        return order, *order.authorisations[which_one % len(order.authorisations)]

    def status(self, order: Order) -> str:
        found = "SELECT transaction_status FROM payments WHERE payment_id = "
        ((status,),) = self.house.ask(f"{found}'{order.made.payment_id}'")
        return str(status)

    def send(
        self,
        order: Order,
        kind: AuthorisationKind,
        authorisation_id: str,
        body: str,
        psu: str | None,
    ) -> None:
        path = f"{order.made.path}/{SEGMENTS[kind]}/{authorisation_id}"
        sent = self.sent(body, self.banking[order.tenant].codes.get(authorisation_id, ""))
        stored = self.house.world.house.parts.authorisations.find(authorisation_id, order.tenant)
        known = stored.psu.psu_id if stored.psu else psu
        self.note_consent(order, kind, known, body)
        self.judged(lambda: put(self.tpp, path, sent, self.headers(order.tenant, psu)))

    def sent(self, body: str, code: str) -> Body:
        return {"confirmationCode": code} if body == "right code" and code else SENT[body]

    def note_consent(
        self, order: Order, kind: AuthorisationKind, psu: str | None, body: str
    ) -> None:
        """Has the PSU proved all that its bank may ask for, by what is sent now?"""
        if psu is None:
            return
        enough = {"tan", "all at once", "right code"}
        if not PERSON_BY_ID[psu].methods or order.amount == EXEMPT:
            enough |= {"password"}
        if body in enough:
            consent = Consent(order.made.payment_id, PURPOSES[kind], psu)
            self.banking[order.tenant].consents.add(consent)

    def consented(self, order: Order, purpose: Purpose) -> set[str]:
        return {
            each.psu_id
            for each in self.banking[order.tenant].consents
            if (each.payment_id, each.purpose) == (order.made.payment_id, purpose)
        }

    def headers(self, tenant: str, psu: str | None) -> dict[str, str | None]:
        return {"Instance-ID": tenant, "PSU-ID": psu}

    def call(self, order: Order, method: str, path: str, headers: Headers | None = None) -> Any:
        sent = self.headers(order.tenant, None) | {"Content-Type": None} | dict(headers or {})
        return self.judged(lambda: self.tpp.call(method, path, sent))

    def judged(self, request: Any) -> Any:
        """No answer is a 5xx, but 503 where the bank did not answer just then."""
        unknown = self.house.line.unknown
        answer = request()
        silent = self.house.line.unknown > unknown
        assert answer.status_int < 500 or (answer.status_int == 503 and silent), answer.text
        for each in (banking for banking in self.banking.values()):
            assert all(told.status_int < 500 for told in each.answers)
            each.answers.clear()
        return answer
