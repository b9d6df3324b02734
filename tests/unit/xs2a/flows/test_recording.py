"""Calls of the bank are put on record without what was asked and said; the bank stays as able."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

import pytest

from cms.domain.events import BankCall
from cms.domain.parties import Tpp
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import TransactionStatus
from cms.service.bank_states import HeldState
from cms.service.events import Events
from spi.answers import Answer, BankCode, BankError, Done, Refused, Unknown
from spi.capabilities import NEEDS
from spi.port import Connector, ReadsPayments
from spi.types import BankContext, PaymentRef, PaymentStatusReport
from tests.houses import NOW, Clock, FakeBank
from xs2a.flows.recording import CALLS, recorded

CTX = BankContext(Tpp("PSDDE-1", "DE-BAFIN"), "one", "an id", state=HeldState())
REF = PaymentRef("payment", PaymentService.PAYMENTS, "p", TransactionStatus.RCVD)


@dataclass
class Heard:
    """The port to the events, as far as it is used here."""

    calls: list[tuple[BankCall, dict[str, Any]]] = field(default_factory=list)

    def bank_called(self, call: BankCall, **about: Any) -> None:
        self.calls.append((call, about))


class SmallBank:
    """A bank that can tell a status, and nothing else."""

    def read_payment_status(
        self, ctx: BankContext, payment: PaymentRef
    ) -> Answer[PaymentStatusReport]:
        return Done(PaymentStatusReport(payment.status))


def listening(bank: object) -> tuple[Connector, Heard]:
    """The bank with a stopwatch that counts 2 ms at each look."""
    heard, looks = Heard(), count()
    proxy = recorded(
        cast("Connector", bank),
        cast("Events", heard),
        Clock(),
        lambda: next(looks) * 0.002,
    )
    return proxy, heard


@pytest.mark.parametrize(
    "answer, name, codes",
    [
        (Done(PaymentStatusReport(TransactionStatus.ACSC)), "Done", ()),
        (Unknown("a secret reason"), "Unknown", ()),
        (
            Refused((BankError(BankCode.TOKEN_INVALID, "a text"), BankError(BankCode.SCA_INVALID))),
            "Refused",
            ("TOKEN_INVALID", "SCA_INVALID"),
        ),
    ],
)
def test_a_call_is_on_record_and_its_answer_goes_on(
    answer: Answer[PaymentStatusReport], name: str, codes: tuple[str, ...]
) -> None:
    bank, heard = listening(FakeBank(status=answer))

    assert bank.read_payment_status(CTX, REF) is answer
    about = {
        "instance_id": "one",
        "tpp_authorisation_number": "PSDDE-1",
        "payment_id": "payment",
    }
    assert heard.calls == [(BankCall(NOW, "read_payment_status", name, 2.0, codes), about)]


def test_what_raises_is_on_record_as_no_answer() -> None:
    bank, heard = listening(FakeBank(status=RuntimeError("a fault")))

    with pytest.raises(RuntimeError, match="a fault"):
        bank.read_payment_status(CTX, REF)
    assert [call.answer for call, _ in heard.calls] == ["Unknown"]


def test_every_capability_is_passed_on_and_none_is_made_up() -> None:
    whole, _ = listening(FakeBank())
    small, _ = listening(SmallBank())

    capabilities = {each for need in NEEDS for each in need.capabilities}
    assert all(isinstance(whole, each) for each in capabilities)
    assert [each for each in capabilities if isinstance(small, each)] == [ReadsPayments]
    assert len(CALLS) == 11
