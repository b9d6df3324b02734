"""The sandbox bank behind the plug: its words become the port's, its three answers too."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.money import AccountReference, Amount
from cms.domain.parties import PsuId
from cms.domain.statuses import ScaStatus, TransactionStatus
from sandbox.core.bank import Bank
from sandbox.core.people import PERSON_BY_ID
from sandbox.core.purposes import Purpose
from sandbox.core.storage import Storage
from spi.answers import BankCode, Done, Refused, Unknown
from spi.sandbox import SandboxConnector
from spi.sandbox_orders import order_of
from spi.types import (
    AuthorisationStarted,
    BankDeed,
    NoScaNeeded,
    PsuCredentials,
    ScaCode,
)
from spi.types import PaymentToInitiate as Payment
from tests.unit.spi.bank_calls import (
    ANTON,
    ANTONS,
    AUTHORISATION,
    CANCELLATION,
    CREATION,
    CTX,
    DORA,
    DORAS,
    JOINT,
    MARION,
    TODAY,
    Clock,
    authorise,
    paid_from,
    payment,
    ref,
    refused,
    sca_status,
    to_authorise,
)


def test_an_order_is_taken_in_with_the_banks_own_number_and_account(
    connector: SandboxConnector,
) -> None:
    answer = connector.initiate_payment(CTX, payment())
    assert isinstance(answer, Done)
    account = PERSON_BY_ID["anton.brueckner"].accounts[0]
    assert answer.value.status is TransactionStatus.RCVD
    assert answer.value.aspsp_account_id == account.account_id
    assert answer.value.bank_reference
    assert answer.value.psu_message is None
    assert connector.initiate_payment(CTX, payment()) == answer  # asked again: nothing new


@pytest.mark.parametrize(
    "made, code",
    [
        (payment("666.01"), BankCode.PAYMENT_FAILED),
        (payment(product="a-product"), BankCode.PRODUCT_UNKNOWN),
        (payment(requested_execution_date=TODAY - timedelta(days=1)), "EXECUTION_DATE_INVALID"),
        (payment(instructed_amount=Amount(Decimal("1.001"), "EUR")), BankCode.FORMAT_ERROR),
        (payment(instructed_amount=Amount(Decimal(1), "CHF")), BankCode.PAYMENT_FAILED),
        (payment(debtor_account=AccountReference(iban=MARION[:-1] + "1")), "PAYMENT_FAILED"),
        (payment(debtor_account=AccountReference(bban="1234567890")), "PAYMENT_FAILED"),
        (payment(creditor_account=AccountReference(pan="1234")), BankCode.PAYMENT_FAILED),
    ],
    ids=[
        "magic",
        "product",
        "past",
        "decimals",
        "currency",
        "debtor elsewhere",
        "debtor without IBAN",
        "creditor without IBAN",
    ],
)
def test_what_the_bank_does_not_take_in_is_refused(
    connector: SandboxConnector, made: Payment, code: str
) -> None:
    answer = connector.initiate_payment(CTX, made)
    assert isinstance(answer, Refused)
    assert [error.code for error in answer.errors] == [code]
    assert answer.errors[0].text


@pytest.mark.parametrize(
    "psu_id, answer",
    [
        (None, None),
        ("anton.brueckner", None),
        ("marion.mueller", BankCode.PAYMENT_FAILED),
        ("nobody", BankCode.PSU_CREDENTIALS_INVALID),
    ],
)
def test_a_psu_whom_the_tpp_names_must_own_the_account(
    connector: SandboxConnector, psu_id: str | None, answer: BankCode | None
) -> None:
    ctx = replace(CTX, psu=PsuId(psu_id) if psu_id else None)
    said = connector.initiate_payment(ctx, payment())
    assert (said.errors[0].code if isinstance(said, Refused) else None) == answer


@pytest.mark.parametrize(
    "amount, wish, status",
    [
        ("10000.00", True, TransactionStatus.RCVD),
        ("10000.01", True, TransactionStatus.RJCT),
        ("10000.01", False, TransactionStatus.RCVD),
        ("666.02", False, TransactionStatus.RJCT),
    ],
)
def test_a_rejection_is_an_answer_too(
    connector: SandboxConnector, amount: str, *, wish: bool, status: TransactionStatus
) -> None:
    made = replace(payment(amount), reject_without_funds=wish)
    answer = connector.initiate_payment(CTX, made)
    assert isinstance(answer, Done)
    assert answer.value.status is status
    assert bool(answer.value.psu_message) is (status is TransactionStatus.RJCT)


def test_a_bank_that_does_not_answer_is_unknown(connector: SandboxConnector) -> None:
    assert isinstance(connector.initiate_payment(CTX, payment("666.03")), Unknown)


def test_a_slow_bank_answers_late(connector: SandboxConnector, clock: Clock) -> None:
    assert isinstance(connector.initiate_payment(CTX, payment("666.04")), Done)
    assert clock.slept == 5


def test_lost_books_are_unknown(tmp_path: Path, clock: Clock) -> None:
    storage = Storage(f"sqlite:///{tmp_path / 'empty.sqlite'}")  # no tables in it
    lost = SandboxConnector(
        Bank(storage, clock=clock, sleep=clock.sleep, new_code=lambda: "the code")
    )
    answers = (
        lost.read_payment_status(CTX, ref(payment())),
        lost.read_sca_status(CTX, ref(payment()), AUTHORISATION),
    )
    storage.close()
    assert all(isinstance(answer, Unknown) and "no such" not in answer.why for answer in answers)


@pytest.mark.parametrize("approach", [Approach.REDIRECT, Approach.OAUTH, Approach.EMBEDDED])
def test_there_is_nothing_to_prepare_for_a_psu(
    connector: SandboxConnector, approach: Approach
) -> None:
    at = replace(AUTHORISATION, sca_approach=approach)
    answer = connector.start_authorisation(CTX, to_authorise(payment()), at)
    assert answer == Done(AuthorisationStarted())


@pytest.mark.parametrize("kind, purpose", [(CREATION, Purpose.PAY), (CANCELLATION, Purpose.CANCEL)])
def test_decoupled_the_psu_is_asked_on_the_phone(
    connector: SandboxConnector, bank: Bank, kind: AuthorisationKind, purpose: Purpose
) -> None:
    made = paid_from(DORA)
    at = replace(AUTHORISATION, kind=kind, sca_approach=Approach.DECOUPLED, psu=PsuId(DORAS))
    answers = [connector.start_authorisation(CTX, to_authorise(made), at) for _ in range(2)]
    assert answers[0] == answers[1]
    assert isinstance(answers[0], Done)
    assert answers[0].value.status is ScaStatus.STARTED
    assert answers[0].value.psu_message
    (push,) = bank.pushes_of(DORAS)
    assert (push.purpose, push.order) == (purpose, order_of(made))
    assert sca_status(connector) is ScaStatus.STARTED


@pytest.mark.parametrize(
    "psu, code",
    [
        (None, BankCode.PSU_CREDENTIALS_INVALID),
        (PsuId("nobody"), BankCode.PSU_CREDENTIALS_INVALID),
        (PsuId(ANTONS), BankCode.SCA_METHOD_UNKNOWN),
        (PsuId(DORAS), BankCode.PAYMENT_FAILED),
    ],
)
def test_who_cannot_be_asked_on_the_phone(
    connector: SandboxConnector, psu: PsuId | None, code: BankCode
) -> None:
    at = replace(AUTHORISATION, sca_approach=Approach.DECOUPLED, psu=psu)
    assert refused(connector.start_authorisation(CTX, to_authorise(payment()), at), code)


@pytest.mark.parametrize("known", [TransactionStatus.RCVD, TransactionStatus.PATC])
def test_a_payment_that_nobody_authorised_stays_what_it_is(
    connector: SandboxConnector, known: TransactionStatus
) -> None:
    answer = connector.read_payment_status(CTX, ref(payment(), known))
    assert isinstance(answer, Done)
    assert answer.value.status is known


@pytest.mark.parametrize(
    "made, statuses",
    [
        (payment(), ["ACSC", "ACSC"]),
        (payment(product="sepa-credit-transfers"), ["ACCP", "ACSP", "ACSC"]),
        (payment("666.05"), ["RJCT", "RJCT"]),
    ],
    ids=["instant", "SEPA", "rejected at execution"],
)
def test_the_status_is_the_books(
    connector: SandboxConnector, bank: Bank, clock: Clock, made: Payment, *, statuses: list[str]
) -> None:
    authorise(bank, made)
    seen = []
    for wait in (0, 1, 10)[: len(statuses)]:
        clock.now += timedelta(seconds=wait)
        answer = connector.read_payment_status(CTX, ref(made))
        assert isinstance(answer, Done)
        seen.append(answer.value.status.value)
    assert seen == statuses


def test_the_sca_status_is_how_far_the_psu_has_come(
    connector: SandboxConnector, bank: Bank
) -> None:
    made = payment()
    seen = [sca_status(connector)]
    bank.log_in(AUTHORISATION.authorisation_id, "anton.brueckner", "12345", order_of(made))
    seen.append(sca_status(connector))
    bank.select_method(AUTHORISATION.authorisation_id, "sms")
    seen.append(sca_status(connector))
    bank.authorise(AUTHORISATION.authorisation_id, order_of(made), "123456")
    seen.append(sca_status(connector))
    steps = [ScaStatus.PSU_AUTHENTICATED, ScaStatus.SCA_METHOD_SELECTED, ScaStatus.FINALISED]
    assert seen == [None, *steps]


@pytest.mark.parametrize(
    "iban, multilevel", [(ANTON, False), (JOINT, True)], ids=["alone", "joint"]
)
def test_the_bank_says_who_must_authorise(
    connector: SandboxConnector, iban: str, *, multilevel: bool
) -> None:
    answer = connector.initiate_payment(CTX, paid_from(iban))
    assert isinstance(answer, Done)
    assert answer.value.multilevel is multilevel


def test_the_bank_has_issued_no_access_token(connector: SandboxConnector) -> None:
    ctx, made = replace(CTX, access_token="a token"), payment()
    order, deed = to_authorise(made), BankDeed("deed-1", to_authorise(made), AUTHORISATION)
    answers: list[object] = [
        connector.initiate_payment(ctx, made),
        connector.read_payment_status(ctx, order),
        connector.start_authorisation(ctx, order, AUTHORISATION),
        connector.read_sca_status(ctx, order, AUTHORISATION),
        connector.authenticate_psu(ctx, order, AUTHORISATION, PsuCredentials(PsuId(ANTONS), "1")),
        connector.select_sca_method(ctx, order, AUTHORISATION, "sms"),
        connector.execute_payment(ctx, deed, ScaCode("123456")),
        connector.cancel_payment(ctx, deed, NoScaNeeded()),
        connector.outcome_of(ctx, deed),
        connector.begin_cancellation(ctx, order),
        connector.confirmation_failed(ctx, order, AUTHORISATION),
    ]
    assert all(refused(answer, BankCode.TOKEN_UNKNOWN) for answer in answers)
