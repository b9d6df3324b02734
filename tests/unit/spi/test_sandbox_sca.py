"""What a PSU proves, and what the bank does on it, exactly once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from cms.domain.statuses import ScaStatus
from sandbox.core.bank import Bank
from spi.answers import BankCode, Done, Refused, Unknown
from spi.sandbox import SandboxConnector
from spi.types import (
    AuthorisationRef,
    BankDeed,
    ChallengeData,
    CodeConfirmed,
    ConfirmationCode,
    NoScaNeeded,
    Outcome,
    PaymentStatusReport,
    Proof,
    ScaCode,
)
from tests.unit.spi.bank_calls import (
    ACCP,
    ACSC,
    ANTON,
    ANTONS,
    AUTHORISATION,
    CANCELLING,
    CTX,
    DORA,
    DORAS,
    JOINT,
    MARION,
    MARIONS,
    PATC,
    RCVD,
    RJCT,
    await_confirmation,
    come_to_tan,
    deed_of,
    execute,
    log_in,
    paid_from,
    payment,
    ref,
    refused,
    sca_status,
    select,
    status,
    to_authorise,
)


def text_of(answer: object) -> str:
    """What the bank tells the TPP, and it the PSU."""
    assert isinstance(answer, Refused)
    return answer.errors[0].text or ""


@pytest.mark.parametrize(
    "psu_id, iban, methods",
    [
        (MARIONS, MARION, []),
        (ANTONS, ANTON, [("sms", "SMS_OTP", False)]),
        (DORAS, DORA, [("sms", "SMS_OTP", False), ("push", "PUSH_OTP", True)]),
    ],
)
def test_after_the_password_the_second_factors_are_known(
    connector: SandboxConnector, psu_id: str, iban: str, methods: list[tuple[str, str, bool]]
) -> None:
    answer = log_in(connector, paid_from(iban), psu_id)
    assert isinstance(answer, Done)
    assert not answer.value.exempted
    assert [
        (each.authentication_method_id, each.authentication_type, each.decoupled)
        for each in answer.value.methods
    ] == methods
    assert all(each.name and each.explanation for each in answer.value.methods)


def test_the_third_wrong_password_ends_it(connector: SandboxConnector) -> None:
    made = payment()
    for left, ends in (("2 tries", False), ("one try", False), ("last try", True)):
        answer = log_in(connector, made, password="wrong")
        assert refused(answer, ends=ends)
        assert left in text_of(answer)
    assert refused(log_in(connector, made), BankCode.STATUS_INVALID, ends=True)


def test_somebody_elses_money_is_refused_without_loss_of_a_try(
    connector: SandboxConnector,
) -> None:
    assert all(refused(log_in(connector, payment(), DORAS)) for _ in range(4))
    assert isinstance(log_in(connector, payment()), Done)


def test_a_tan_is_sent(connector: SandboxConnector) -> None:
    log_in(connector, payment())
    answer = select(connector, payment())
    assert isinstance(answer, Done)
    chosen = answer.value
    assert chosen.method.authentication_type == "SMS_OTP"
    assert chosen.status is ScaStatus.SCA_METHOD_SELECTED
    assert chosen.challenge == ChallengeData(
        otp_max_length=6,
        otp_format="integer",
        additional_information="We have sent a TAN to your mobile phone ending in 21.",
    )


def test_the_app_as_second_factor(connector: SandboxConnector, bank: Bank) -> None:
    made = paid_from(DORA)
    log_in(connector, made, DORAS)
    answer = select(connector, made, "push")
    assert isinstance(answer, Done)
    assert answer.value.method.decoupled
    assert answer.value.challenge is None
    assert answer.value.psu_message
    assert refused(execute(connector, made, ScaCode("123456")), BankCode.SCA_INVALID)
    bank.approve_push(AUTHORISATION.authorisation_id, DORAS)
    assert sca_status(connector) is ScaStatus.FINALISED


@pytest.mark.parametrize(
    "logged_in, code", [(True, BankCode.SCA_METHOD_UNKNOWN), (False, BankCode.SCA_INVALID)]
)
def test_a_method_the_psu_cannot_choose(
    connector: SandboxConnector, code: BankCode, *, logged_in: bool
) -> None:
    if logged_in:
        log_in(connector, payment())
    assert refused(select(connector, payment(), "push"), code)


def test_the_right_tan_executes_once_and_answers_again(connector: SandboxConnector) -> None:
    made = payment()
    come_to_tan(connector, made)
    answers = [execute(connector, made, ScaCode("123456")) for _ in range(2)]
    assert answers == [Done(Outcome(ACSC))] * 2
    assert connector.outcome_of(CTX, deed_of(made)) == Done(Outcome(ACSC))


def test_the_third_wrong_tan_ends_it(connector: SandboxConnector) -> None:
    made = payment()
    come_to_tan(connector, made)
    for deed_id, left, ends in (
        ("deed-1", "2 tries", False),
        ("deed-2", "one try", False),
        ("deed-3", "last try", True),
    ):
        answer = execute(connector, made, ScaCode("1"), deed_id)
        assert refused(answer, ends=ends)
        assert left in text_of(answer)
    last = BankDeed("deed-3", to_authorise(made), AUTHORISATION)
    assert refused(connector.outcome_of(CTX, last), ends=True)
    assert sca_status(connector) is ScaStatus.FAILED


def test_a_rejection_at_execution_is_an_answer(connector: SandboxConnector) -> None:
    made = payment("666.05")
    come_to_tan(connector, made)
    answer = execute(connector, made, ScaCode("123456"))
    assert isinstance(answer, Done)
    assert answer.value.status is RJCT
    assert answer.value.psu_message


def test_a_lost_answer_is_unknown_until_asked_for(connector: SandboxConnector) -> None:
    made = payment("666.06")
    come_to_tan(connector, made)
    assert isinstance(execute(connector, made, ScaCode("123456")), Unknown)
    assert connector.outcome_of(CTX, deed_of(made)) == Done(Outcome(ACSC))


@pytest.mark.parametrize("at", [AUTHORISATION, CANCELLING, None])
def test_what_was_never_asked_for_never_happens(
    connector: SandboxConnector, at: AuthorisationRef | None
) -> None:
    made = payment()
    assert refused(connector.outcome_of(CTX, deed_of(made, at)), BankCode.STATUS_INVALID)
    if at is not None:
        come_to_tan(connector, made, at=at)
    if at is AUTHORISATION:
        late = connector.execute_payment(CTX, deed_of(made, at), ScaCode("123456"))
    else:
        proof = NoScaNeeded() if at is None else ScaCode("123456")
        late = connector.cancel_payment(CTX, deed_of(made, at), proof)
    assert refused(late, BankCode.STATUS_INVALID)
    assert status(connector, made) is RCVD


def test_without_second_factor_the_password_is_enough(connector: SandboxConnector) -> None:
    made = paid_from(MARION)
    log_in(connector, made, MARIONS)
    assert execute(connector, made, NoScaNeeded()) == Done(Outcome(ACCP))


def test_an_exempted_payment(connector: SandboxConnector) -> None:
    made = payment("666.07")
    answer = log_in(connector, made)
    assert isinstance(answer, Done)
    assert answer.value.exempted
    assert execute(connector, made, NoScaNeeded()) == Done(Outcome(ACSC))
    assert sca_status(connector) is ScaStatus.EXEMPTED


@pytest.mark.parametrize(
    "prepare",
    [lambda c: None, lambda c: log_in(c, payment()), lambda c: come_to_tan(c, payment())],
    ids=["nobody came", "logged in", "method chosen"],
)
def test_nothing_is_executed_without_sca_that_the_bank_wants(
    connector: SandboxConnector, prepare: Callable[[SandboxConnector], object]
) -> None:
    prepare(connector)
    assert refused(execute(connector, payment(), NoScaNeeded()), BankCode.SCA_INVALID)
    assert status(connector, payment()) is RCVD


@pytest.mark.parametrize("at", [None, CANCELLING])
def test_an_execution_needs_an_authorisation_of_its_kind(
    connector: SandboxConnector, at: AuthorisationRef | None
) -> None:
    made = payment()
    if at is not None:
        come_to_tan(connector, made, at=at)
    for proof in (NoScaNeeded(), ScaCode("123456")):
        answer = connector.execute_payment(CTX, deed_of(made, at), proof)
        assert refused(answer, BankCode.SCA_INVALID)


def test_two_holders_one_after_the_other(connector: SandboxConnector) -> None:
    made = paid_from(JOINT)
    second = replace(AUTHORISATION, authorisation_id="authorisation-2")
    come_to_tan(connector, made, "g.manager")
    come_to_tan(connector, made, "sc.manager", at=second)
    assert execute(connector, made, ScaCode("123456")) == Done(Outcome(PATC))
    assert execute(connector, made, ScaCode("123456"), "deed-2", at=second) == Done(Outcome(ACCP))


@pytest.mark.parametrize("proof", [ConfirmationCode("the code"), CodeConfirmed()])
def test_the_confirmed_payment_is_executed(
    connector: SandboxConnector, bank: Bank, proof: Proof
) -> None:
    made = payment()
    await_confirmation(connector, bank, made)
    assert sca_status(connector) is ScaStatus.UNCONFIRMED
    assert execute(connector, made, proof) == Done(Outcome(ACSC))


def test_a_wrong_confirmation_code_ends_it(connector: SandboxConnector, bank: Bank) -> None:
    made = payment()
    await_confirmation(connector, bank, made)
    answer = execute(connector, made, ConfirmationCode("another"))
    assert refused(answer, BankCode.SCA_INVALID, ends=True)
    assert status(connector, made) is RJCT


def test_a_code_that_the_server_found_wrong(connector: SandboxConnector, bank: Bank) -> None:
    made = payment()
    await_confirmation(connector, bank, made)
    answer = connector.confirmation_failed(CTX, ref(made), AUTHORISATION)
    assert answer == Done(PaymentStatusReport(RJCT))
    assert sca_status(connector) is ScaStatus.FAILED


def test_confirming_what_awaits_no_code(connector: SandboxConnector) -> None:
    made = payment()
    come_to_tan(connector, made)
    for proof in (ConfirmationCode("the code"), CodeConfirmed()):
        assert refused(execute(connector, made, proof), BankCode.SCA_INVALID)
