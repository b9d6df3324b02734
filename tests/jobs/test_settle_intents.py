"""S4: after a crash or a lost answer the bank is asked what came of it, also where nobody looks."""

from typing import Any

import pytest

from cms import log_lines
from cms.domain.intent import LONGEST_BANK_CALL, Deed
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.intents import Subject
from spi.answers import BankCode, Done, Unknown
from spi.types import Outcome
from tests.houses import refused
from tests.jobs.working import DAY, TENANT, Works
from tests.tpps import Made

T = TransactionStatus
JOB = "settle_intents"


def asked(works: Works, deed: Deed = Deed.EXECUTE) -> Made:
    """The bank is being asked, and the process that asks dies."""
    made = works.initiated()
    parts = works.world.house.parts
    authorisation = parts.authorisations.find(made.authorisation_id, TENANT)
    subject = Subject(works.payment(made), authorisation if deed is Deed.EXECUTE else None)
    parts.intents.open(subject, deed, intent_id=parts.new_id(), sca_status=ScaStatus.FINALISED)
    return made


@pytest.mark.parametrize(
    "deed, outcome, paid, sca",
    [
        (Deed.EXECUTE, Done(Outcome(T.ACSP)), T.ACSP, "finalised"),
        (Deed.EXECUTE, Done(Outcome(T.RJCT)), T.RJCT, "finalised"),
        (Deed.EXECUTE, refused(BankCode.PAYMENT_FAILED), T.RCVD, "received"),
        (Deed.CANCEL, Done(Outcome(T.CANC)), T.CANC, "failed"),
        (Deed.EXPIRE, Done(Outcome(T.CANC)), T.RJCT, "failed"),
    ],
)
def test_a_lost_answer_is_fetched(
    works: Works, deed: Deed, outcome: Any, paid: TransactionStatus, sca: str
) -> None:
    made = asked(works, deed)
    works.world.bank.outcome = outcome
    assert works.did(JOB) == (0, 0)  # the call may still be under way
    assert works.world.bank.asked == []

    works.world.clock.advance(LONGEST_BANK_CALL)
    assert works.did(JOB) == (1, 0)
    assert works.payment(made).status is paid
    assert works.payment(made).open_intent_id is None
    assert works.sca_status(made.authorisation_id) == sca
    assert works.world.bank.asked == ["outcome_of"]
    assert works.did(JOB) == (0, 0)


def test_what_the_bank_has_not_done_may_expire_then(works: Works) -> None:
    made = asked(works)
    works.world.clock.advance(DAY)
    assert works.did("expire_payments") == (0, 0)  # while the bank may be at it, nothing expires
    works.world.bank.outcome = refused(BankCode.PAYMENT_FAILED)

    assert works.did(JOB) == (1, 0)
    assert works.did("expire_payments") == (1, 0)
    assert works.world.history(made.payment_id) == [("RCVD", "RJCT", "time_ran_out")]


def test_a_lost_answer_that_the_status_denies_is_told(
    works: Works, caplog: pytest.LogCaptureFixture
) -> None:
    made = asked(works)
    works.world.house.parts.payments.set_status(
        made.payment_id, TENANT, T.RJCT, cause=Cause.ASPSP_PUSHED
    )
    works.world.bank.outcome = Done(Outcome(T.ACSP))
    works.world.clock.advance(LONGEST_BANK_CALL)
    about: list[str | None] = []
    works.world.bank.notes = lambda _, __: about.append(log_lines.known_ids().get("payment_id"))

    assert works.did(JOB) == (1, 0)
    assert about == [made.payment_id]
    assert log_lines.known_ids() == {}
    assert [each for each in caplog.messages if made.payment_id in each and "ACSP" in each]
    events = works.world.cms.get(
        f"/aspsp-api/v1/events/payment/{made.payment_id}",
        headers={"start-date": "2026-03-02T00:00:00Z", "end-date": "2026-03-03T00:00:00Z"},
    ).json
    payload = {"deed": "execute", "bankStatus": "ACSP"}
    assert payload in [
        each["payload"] for each in events if each["eventType"] == "DEED_CONTRADICTED"
    ]


def test_a_silent_bank_is_asked_about_each_once_in_a_run(works: Works) -> None:
    for _ in range(3):
        asked(works)
    works.world.clock.advance(LONGEST_BANK_CALL)
    works.world.bank.outcome = Unknown("away")

    assert works.did(JOB) == (0, 3)
    assert works.did(JOB) == (0, 0)
    # Whoever takes over the job does not know, and asks once.
    assert works.did(JOB, by=works.another_runner()) == (0, 3)
    assert works.world.bank.asked == ["outcome_of"] * 6
