"""The PSUs: what they do in the online banking and on their phones, and what the bank tells of it.

A short online banking: it asks the bank and tells the CMS, in the order in which the real one
does. `tells=False` is one that breaks down between the two.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.core.orders import BankUnavailable, Executed, Order, OrderRefused, Transfer
from sandbox.core.people import PASSWORD, PERSON_BY_ID, TAN
from sandbox.core.purposes import Purpose
from sandbox.core.sca import (
    AuthorisationClosed,
    AwaitsConfirmation,
    LoggedIn,
    OutOfTurn,
    WrongTan,
)
from tests.sca.sandbox_house import SandboxHouse

BASE = "/psu-api/v1/payment"
DEAD = {"RJCT", "CANC", "ACSC", "ACCC"}
LINKS = {Purpose.PAY: f"{BASE}/redirect", Purpose.CANCEL: f"{BASE}/cancellation/redirect"}


@dataclass(frozen=True)
class Consent:
    """A PSU has proved that it wants this: all that a bank may ask for was right."""

    payment_id: str
    purpose: Purpose
    psu_id: str


@dataclass(frozen=True)
class Visit:
    """What a PSU does there."""

    psu_id: str
    tan: str = TAN
    method: int = 0
    declines: bool = False
    tells: bool = True
    mandated: bool = False


@dataclass
class OnlineBanking:
    """For one tenant."""

    house: SandboxHouse
    tenant: str
    consents: set[Consent] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)
    answers: list[Any] = field(default_factory=list)

    def visit(self, authorisation_id: str, purpose: Purpose, how: Visit) -> None:
        """The PSU follows the link, logs in, and confirms or declines."""
        link = self._call("GET", f"{LINKS[purpose]}/{authorisation_id}")
        if link.status_int != 200 or self._closed(authorisation_id):
            return
        if link.json["payment"]["transactionStatus"] in DEAD:
            return
        order = _order(link.json["payment"])
        bank = self.house.bank
        try:
            entered = bank.log_in(authorisation_id, how.psu_id, PASSWORD, order, purpose=purpose)
            if isinstance(entered, LoggedIn) and self._welcome(order, authorisation_id, how):
                self._decide(order, authorisation_id, purpose, how)
        except (AuthorisationClosed, OutOfTurn, OrderRefused):
            pass
        except BankUnavailable:
            self._tell_outcome(order, authorisation_id, how)

    def answer_phone(self, psu_id: str, *, approves: bool, tells: bool) -> None:
        """The oldest request that still counts at the CMS."""
        for push in self.house.bank.pushes_of(psu_id):
            at = push.authorisation_id
            link = self._call("GET", f"{LINKS[push.purpose]}/{at}")
            if link.status_int != 200 or self._closed(at):
                continue
            how = Visit(psu_id, tells=tells)
            try:
                if approves:
                    self._consent(push.order, push.purpose, psu_id)
                    self.house.bank.approve_push(at, psu_id)
                else:
                    self.house.bank.decline_push(at, psu_id)
            except (AuthorisationClosed, OutOfTurn, OrderRefused):
                return
            except BankUnavailable:
                pass
            self._tell_outcome(push.order, at, how)
            return

    def _welcome(self, order: Order, authorisation_id: str, how: Visit) -> bool:
        named = self._call(
            "PUT", f"{BASE}/authorisation/{authorisation_id}/psu-data", {"psuId": how.psu_id}
        )
        if named.status_int != 200:
            return False
        methods = PERSON_BY_ID[how.psu_id].methods
        self._tell_step(order, authorisation_id, "psuAuthenticated", how)
        usable = [each for each in methods if not (each.decoupled and how.mandated)]
        if usable:
            self._tell_step(order, authorisation_id, "scaMethodSelected", how)
            chosen = usable[how.method % len(usable)]
            self.house.bank.select_method(authorisation_id, chosen.id)
            return not chosen.decoupled
        return True

    def _decide(self, order: Order, at: str, purpose: Purpose, how: Visit) -> None:
        bank = self.house.bank
        if how.declines:
            bank.decline(at, order)
            self._tell_outcome(order, at, how)
            return
        tan = how.tan if PERSON_BY_ID[how.psu_id].methods else ""
        right = tan in {TAN, ""}
        if right and not how.mandated:
            self._consent(order, purpose, how.psu_id)
        match bank.authorise(at, order, tan, confirmation=how.mandated):
            case AwaitsConfirmation(code=code):
                if self._tell_step(order, at, "unconfirmed", how, code).status_int == 200:
                    self.codes[at] = code
            case WrongTan(tries_left=0) | Executed():
                self._tell_outcome(order, at, how)

    def _tell_outcome(self, order: Order, at: str, how: Visit) -> None:
        progress = self.house.bank.progress(at)
        if not how.tells or progress is None or not progress.sca_status.closed:
            return
        self._tell_step(order, at, progress.sca_status, how)
        if progress.outcome is not None:
            self._call("PUT", f"{BASE}/{order.payment_id}/status/{progress.outcome.status}")

    def _tell_step(
        self, order: Order, at: str, status: str, how: Visit, code: str | None = None
    ) -> Any:
        path = f"{BASE}/{order.payment_id}/authorisation/{at}/status/{status}"
        body = {"authenticationData": code} if code else None
        return self._call("PUT", path, body, {"psu-id": how.psu_id})

    def _closed(self, authorisation_id: str) -> bool:
        found = self._call("GET", f"{BASE}/authorisation/{authorisation_id}")
        return found.json["scaStatus"] in {"finalised", "failed", "exempted", "unconfirmed"}

    def _consent(self, order: Order, purpose: Purpose, psu_id: str) -> None:
        self.consents.add(Consent(order.payment_id, purpose, psu_id))

    def _call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        cms = self.house.world.cms
        sent = {"instance-id": self.tenant, **(headers or {})}
        if method == "GET":
            answer = cms.get(path, headers=sent, status="*")
        elif body is None:
            answer = cms.put(path, headers=sent, status="*")
        else:
            answer = cms.put_json(path, body, headers=sent, status="*")
        self.answers.append(answer)
        return answer


def _order(payment: dict[str, Any]) -> Order:
    return Order(
        payment_id=payment["paymentId"],
        product=payment["paymentProduct"],
        debtor_iban=(payment.get("debtorAccount") or {}).get("iban"),
        debtor_currency=(payment.get("debtorAccount") or {}).get("currency"),
        transfers=(
            Transfer(
                creditor_iban=payment["creditorAccount"]["iban"],
                creditor_name=payment["creditorName"],
                amount=Decimal(payment["instructedAmount"]["amount"]),
                currency=payment["instructedAmount"]["currency"],
            ),
        ),
    )
