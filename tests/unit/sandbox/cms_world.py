"""A stand-in for the CMS that keeps its rules, and can be told to fail."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from sandbox.online_banking.cms_port import (
    CmsRefused,
    CmsUnavailable,
    LinkExpired,
    LinkUnknown,
    PaymentToApprove,
)
from tests.unit.sandbox.bank_world import ANTON, ELSEWHERE

LINK = "link-1"
OK = "https://tpp.example/ok?state=7"
NOK = "https://tpp.example/nok"
FINALISED_PAYMENT = {"RJCT", "CANC", "ACSC", "ACCC"}
FINALISED_SCA = {"finalised", "failed", "exempted"}


def a_payment(**changes: object) -> PaymentToApprove:
    payment = PaymentToApprove(
        payment_id="payment-1",
        authorisation_id=LINK,
        product="sepa-credit-transfers",
        transaction_status="RCVD",
        amount=Decimal("1234.50"),
        currency="EUR",
        creditor_name="Bike Shop",
        creditor_iban=ELSEWHERE,
        tpp_name="Example TPP",
        debtor_iban=ANTON,
        remittance="Invoice 4711",
        ok_uri=OK,
        nok_uri=NOK,
    )
    return replace(payment, **changes)  # type: ignore[arg-type]


@dataclass
class FakeCms:
    """Keeps one payment with one authorisation. `down_for` names calls that fail once each."""

    payment: PaymentToApprove = field(default_factory=a_payment)
    status: str = "received"
    psus: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    expired: bool = False
    down_for: list[str] = field(default_factory=list)

    def payment_by_link(self, redirect_id: str) -> PaymentToApprove:
        self._answer("payment_by_link")
        if redirect_id != self.payment.authorisation_id:
            raise LinkUnknown
        self._check_age()
        return replace(self.payment, psu_ids=self.payment.psu_ids + tuple(self.psus))

    def sca_status(self, authorisation_id: str) -> str:
        self._answer("sca_status")
        return self.status

    def set_psu(self, authorisation_id: str, psu_id: str) -> None:
        self._answer("set_psu")
        self._check_age()
        if psu_id not in self.psus:
            self.psus.append(psu_id)

    def set_sca_status(
        self, payment_id: str, authorisation_id: str, *, status: str, psu_id: str
    ) -> None:
        self._answer("set_sca_status")
        self._check_age()
        known = {*self.psus, *self.payment.psu_ids}
        if psu_id not in known or self.status in FINALISED_SCA:
            raise CmsRefused
        self.status = status
        self.news.append(status)

    def set_payment_status(self, payment_id: str, status: str) -> None:
        self._answer("set_payment_status")
        if self.payment.transaction_status in FINALISED_PAYMENT:
            raise CmsRefused
        self.payment = replace(self.payment, transaction_status=status)
        self.news.append(status)

    def _answer(self, call: str) -> None:
        if call in self.down_for:
            self.down_for.remove(call)
            raise CmsUnavailable

    def _check_age(self) -> None:
        if self.expired:
            self.status = "failed"
            raise LinkExpired(self.payment.nok_uri)
