"""A stand-in for the CMS that keeps its rules, and can be told to fail."""

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from sandbox.core.orders import Order, Transfer
from sandbox.core.purposes import Purpose
from sandbox.online_banking.cms_port import (
    CLOSED,
    AccessToGrant,
    AuthorisationAtCms,
    CmsRefused,
    CmsUnavailable,
    LinkExpired,
    LinkUnknown,
    PaymentToApprove,
    ScaNews,
)
from tests.unit.sandbox.bank_world import ANTON, ELSEWHERE

LINK = "link-1"
OK = "https://tpp.example/ok?state=7"
NOK = "https://tpp.example/nok"
FINALISED_PAYMENT = {"RJCT", "CANC", "ACSC", "ACCC"}


ORDER = Order(
    payment_id="payment-1",
    product="sepa-credit-transfers",
    debtor_iban=ANTON,
    debtor_currency=None,
    transfers=(Transfer(ELSEWHERE, "Bike Shop", Decimal("1234.50"), "EUR", "Invoice 4711"),),
)
ORDERS, TRANSFERS = ({each.name for each in fields(of)} for of in (Order, Transfer))


def an_order(**changes: Any) -> Order:
    """The order above with other facts, also of its transfer."""
    ours = {name: changes.pop(name) for name in TRANSFERS & changes.keys()}
    (transfer,) = ORDER.transfers
    return replace(ORDER, **{"transfers": (replace(transfer, **ours),)} | changes)


def a_bulk(count: int, **changes: Any) -> Order:
    """So many transfers: of 1.00 to Payee 1, of 2.00 to Payee 2, and so on."""
    return an_order(
        transfers=tuple(
            Transfer(ELSEWHERE, f"Payee {number}", Decimal(number), "EUR", f"Wages {number}")
            for number in range(1, count + 1)
        ),
        **changes,
    )


def a_payment(**changes: Any) -> PaymentToApprove:
    """Behind the link: the order above, or another; changes are the order's or the link's."""
    order = {name: changes.pop(name) for name in (ORDERS | TRANSFERS) & changes.keys()}
    payment = PaymentToApprove(
        authorisation_id=LINK,
        order=an_order(**order),
        transaction_status="RCVD",
        tpp_name="Example TPP",
        ok_uri=OK,
        nok_uri=NOK,
    )
    return replace(payment, **changes)


@dataclass
class FakeCms:
    """Keeps one payment with one authorisation, which `signed` have authorised by others of
    theirs. `down_for` and `refuses` name calls that fail, or are refused, once each.
    """

    payment: PaymentToApprove = field(default_factory=a_payment)
    status: str = "received"
    psus: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    signed: frozenset[str] = frozenset()
    expired: bool = False
    mandates_confirmation: bool = False
    down_for: list[str] = field(default_factory=list)
    refuses: list[str] = field(default_factory=list)
    access: AccessToGrant | None = None
    granted_by: list[str | None] = field(default_factory=list)

    def access_asked(self, request_id: str) -> AccessToGrant:
        self._answer("access_asked")
        if self.access is None or self.access.authorisation_id != request_id:
            raise LinkUnknown
        if self.granted_by:
            raise CmsRefused
        return self.access

    def grant_access(self, request_id: str, psu_id: str) -> str:
        self._answer("grant_access")
        self.granted_by.append(psu_id)
        return f"{self.access_asked_before.redirect_uri}?code=made"

    def decline_access(self, request_id: str) -> str:
        self._answer("decline_access")
        self.granted_by.append(None)
        return f"{self.access_asked_before.redirect_uri}?error=access_denied"

    @property
    def access_asked_before(self) -> AccessToGrant:
        assert self.access is not None
        return self.access

    def payment_by_link(self, redirect_id: str, purpose: Purpose) -> PaymentToApprove:
        self._answer("payment_by_link")
        here = (self.payment.authorisation_id, self.payment.purpose)
        cancelled = purpose is Purpose.CANCEL and self.status in CLOSED
        if here != (redirect_id, purpose) or cancelled:
            raise LinkUnknown
        self._check_age()
        return replace(self.payment, psu_ids=self.payment.psu_ids + tuple(self.psus))

    def authorisation(self, authorisation_id: str) -> AuthorisationAtCms:
        self._answer("authorisation")
        if authorisation_id != self.payment.authorisation_id:
            raise LinkUnknown
        return AuthorisationAtCms(self.status, self.payment.ok_uri, self.payment.nok_uri)

    def authorised_by(self, payment_id: str, purpose: Purpose) -> frozenset[str]:
        self._answer("authorised_by")
        return self.signed if purpose is self.payment.purpose else frozenset()

    def set_psu(self, authorisation_id: str, psu_id: str) -> None:
        self._answer("set_psu")
        self._check_age()
        if self.status in CLOSED or psu_id in self.signed:
            raise CmsRefused
        if psu_id not in self.psus and self.payment.purpose is Purpose.PAY:
            self.psus.append(psu_id)

    def set_sca_status(self, payment_id: str, authorisation_id: str, *, news: ScaNews) -> None:
        self._answer("set_sca_status")
        self._check_age()
        known = {*self.psus, *self.payment.psu_ids}
        if news.psu_id not in known or self.status in CLOSED:
            raise CmsRefused
        self.status = news.status
        self.news.append(news.status)
        if news.confirmation_code is not None:
            self.codes.append(news.confirmation_code)

    def set_payment_status(self, payment_id: str, status: str) -> None:
        self._answer("set_payment_status")
        if self.payment.transaction_status in FINALISED_PAYMENT:
            raise CmsRefused
        self.payment = replace(self.payment, transaction_status=status)
        self.news.append(status)

    def confirmation_mandated(self) -> bool:
        self._answer("confirmation_mandated")
        return self.mandates_confirmation

    def _answer(self, call: str) -> None:
        if call in self.down_for:
            self.down_for.remove(call)
            raise CmsUnavailable
        if call in self.refuses:
            self.refuses.remove(call)
            raise CmsRefused

    def _check_age(self) -> None:
        if self.expired:
            self.status = "failed"
            raise LinkExpired(self.payment.nok_uri)
