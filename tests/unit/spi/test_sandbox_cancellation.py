"""Payments that are stopped at the bank, with and without the PSU."""

from dataclasses import replace

import pytest

from cms.domain.statuses import TransactionStatus
from sandbox.core.bank import Bank
from spi.answers import BankCode, Done
from spi.sandbox import SandboxConnector
from spi.sandbox_orders import order_of
from spi.types import (
    BankDeed,
    CancellationBegun,
    ConfirmationCode,
    NoScaNeeded,
    NotAuthorised,
    Outcome,
    PaymentStatusReport,
    Proof,
    ScaCode,
)
from tests.unit.spi.bank_calls import (
    ACCP,
    ACSC,
    AUTHORISATION,
    CANC,
    CANCELLING,
    CTX,
    MARION,
    MARIONS,
    PATC,
    RCVD,
    SEPA,
    authorise,
    cancel,
    come_to_tan,
    execute,
    log_in,
    paid_from,
    payment,
    ref,
    refused,
    status,
    to_authorise,
)


@pytest.mark.parametrize(
    "amount, product, paid, begun",
    [
        ("12.50", SEPA, False, CancellationBegun()),
        ("12.50", SEPA, True, CancellationBegun(ACCP)),
        ("666.08", SEPA, False, CancellationBegun()),
        ("666.08", SEPA, True, CancellationBegun(ACCP, authorisation_mandated=True)),
        ("666.08", "instant-sepa-credit-transfers", True, CancellationBegun(ACSC)),
    ],
)
def test_what_a_cancellation_needs(
    connector: SandboxConnector,
    bank: Bank,
    amount: str,
    product: str,
    *,
    paid: bool,
    begun: CancellationBegun,
) -> None:
    made = payment(amount, product)
    if paid:
        authorise(bank, made)
    assert connector.begin_cancellation(CTX, ref(made)) == Done(begun)


@pytest.mark.parametrize(
    "amount, paid, seen, stands",
    [
        ("12.50", False, RCVD, CANC),
        ("666.08", False, RCVD, CANC),
        ("12.50", True, RCVD, ACCP),  # a PSU has authorised it since
        ("12.50", True, PATC, ACCP),
    ],
)
def test_what_nobody_has_authorised_is_given_up(
    connector: SandboxConnector,
    bank: Bank,
    amount: str,
    *,
    paid: bool,
    seen: TransactionStatus,
    stands: TransactionStatus,
) -> None:
    """It expires, or is cancelled early: only if it stands where the server believes it to."""
    made = payment(amount, SEPA)
    if paid:
        authorise(bank, made)
    order = replace(to_authorise(made), status=seen)
    answer = connector.cancel_payment(CTX, BankDeed("deed-9", order), NotAuthorised())

    if stands is CANC:
        assert answer == Done(Outcome(CANC))
    else:
        assert refused(answer, BankCode.STATUS_INVALID)
    assert status(connector, made) is stands


@pytest.mark.parametrize("proof", [ScaCode("123456"), ConfirmationCode("the code")])
def test_nobodys_code_cancels_nothing(
    connector: SandboxConnector, bank: Bank, proof: Proof
) -> None:
    made = payment(product=SEPA)
    authorise(bank, made)
    assert refused(cancel(connector, made, proof, at=None), BankCode.SCA_INVALID)


def test_who_has_authorised_nothing_proves_nothing(connector: SandboxConnector) -> None:
    made = payment(product=SEPA)
    come_to_tan(connector, made)
    assert refused(execute(connector, made, NotAuthorised()), BankCode.SCA_INVALID)
    come_to_tan(connector, made, at=CANCELLING)
    assert refused(cancel(connector, made, NotAuthorised()), BankCode.SCA_INVALID)


@pytest.mark.parametrize("paid", [False, True])
def test_cancelled_without_sca(connector: SandboxConnector, bank: Bank, *, paid: bool) -> None:
    made = payment(product=SEPA)
    if paid:
        authorise(bank, made)
    assert cancel(connector, made, NoScaNeeded(), at=None) == Done(Outcome(CANC))
    assert status(connector, made) is CANC


def test_cancelled_with_sca(connector: SandboxConnector, bank: Bank) -> None:
    made = payment("666.08", SEPA)
    authorise(bank, made)
    assert refused(cancel(connector, made, NoScaNeeded(), at=None), BankCode.SCA_INVALID)
    come_to_tan(connector, made, at=CANCELLING)
    assert refused(cancel(connector, made, NoScaNeeded()), BankCode.SCA_INVALID)
    assert cancel(connector, made, ScaCode("123456")) == Done(Outcome(CANC))


def test_who_has_no_second_factor_cancels_with_the_password(connector: SandboxConnector) -> None:
    made = paid_from(MARION)
    log_in(connector, made, MARIONS)
    execute(connector, made, NoScaNeeded())
    log_in(connector, made, MARIONS, at=CANCELLING)
    assert cancel(connector, made, NoScaNeeded()) == Done(Outcome(CANC))


def test_what_has_been_paid_is_not_cancelled(connector: SandboxConnector, bank: Bank) -> None:
    made = payment()
    authorise(bank, made)
    answer = cancel(connector, made, NoScaNeeded(), at=None)
    assert refused(answer, BankCode.CANCELLATION_INVALID)


def test_an_authorisation_of_a_payment_cancels_nothing(connector: SandboxConnector) -> None:
    made = payment()
    come_to_tan(connector, made)
    answer = cancel(connector, made, ScaCode("123456"), at=AUTHORISATION)
    assert refused(answer, BankCode.SCA_INVALID)


def test_a_wrong_code_for_a_cancellation_leaves_the_payment_alone(
    connector: SandboxConnector, bank: Bank
) -> None:
    made = payment(product=SEPA)
    authorise(bank, made)
    come_to_tan(connector, made, at=CANCELLING)
    bank.authorise(CANCELLING.authorisation_id, order_of(made), "123456", confirmation=True)
    answer = connector.confirmation_failed(CTX, ref(made), CANCELLING)
    assert answer == Done(PaymentStatusReport(ACCP))
