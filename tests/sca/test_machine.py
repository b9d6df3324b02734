"""Whatever TPP, PSU, bank and time do, in any order: the promises of the engine hold.

A whole house with the real sandbox bank. XS2A_MACHINE_EXAMPLES asks for more than the few
sequences of an ordinary run.
"""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cms.domain.authorisation import AuthorisationKind
from cms.domain.intent import LONGEST_BANK_CALL
from sandbox.core.people import PERSON_BY_ID
from sandbox.core.purposes import Purpose
from tests.contract.berlin_group import BerlinGroup
from tests.databases import SqliteDatabases
from tests.houses import NOW
from tests.sca.acting import (
    CANCEL_MANDATED,
    EXEMPT,
    JOINT,
    LOST,
    SENT,
    TENANTS,
    WISHES,
    Actors,
    Order,
    Wish,
)
from tests.sca.driving import CANCELLATION, CREATION, SEGMENTS, start
from tests.sca.people import OnlineBanking
from tests.sca.sandbox_house import SandboxHouse, open_sandbox_house
from tests.tpps import INSTANT, SCT, Made, TppClient, payment
from xs2a.jobs.schedule import JOBS, Job
from xs2a.wiring import runner

EXAMPLES = int(os.environ.get("XS2A_MACHINE_EXAMPLES", "50"))
STEPS = 30
LONG = EXAMPLES > 100  # then chance decides, and a failure is cut down to the shortest

FINAL_PAYMENT = "('ACSC', 'ACCC', 'RJCT', 'CANC')"
FINAL_SCA = "('finalised', 'failed', 'exempted')"

names = st.sampled_from(["anton.brueckner", "max.musterman", "dora.push", "marion.mueller"])
psus = st.one_of(names, st.sampled_from(sorted(JOINT)))
which = st.integers(min_value=0, max_value=5)
losses = st.sampled_from([None, None, "before", "after"])
kinds = st.sampled_from([CREATION, CREATION, CANCELLATION])
bodies = st.sampled_from([*SENT, "password", "tan", "right code"])
amounts = st.sampled_from(["1.00", "1.00", "1.00", "99999.00", LOST, EXEMPT, CANCEL_MANDATED])


wishes = st.builds(
    Wish,
    tenant=st.sampled_from(sorted(TENANTS)),
    approach=st.sampled_from(sorted(WISHES)),
    owner=psus,
    amount=amounts,
    product=st.sampled_from([SCT, SCT, INSTANT]),
    named=st.booleans(),
    to_be_pushed=st.sampled_from([False, False, True]),
)


class Promises(Actors, RuleBasedStateMachine):
    """One sequence, on an empty house."""

    def __init__(self) -> None:
        super().__init__()
        self.house.start_anew()
        self.clock = self.house.world.clock
        self.clock.now = NOW
        self.orders = []
        self.banking = {name: OnlineBanking(self.house, name) for name in TENANTS}
        self.worker = runner(self.house.world.house, lambda _seconds: False)

    def teardown(self) -> None:
        """Whatever was lost is found when it is asked for again."""
        self.house.line.fails = None
        for _ in range(2):
            self.clock.advance(LONGEST_BANK_CALL)
            for order in self.orders:
                assert self.call(order, "GET", order.made.status_path).status_int == 200
        assert not self.house.ask("SELECT 1 FROM payments WHERE open_intent_id IS NOT NULL")
        assert not self.house.ask("SELECT 1 FROM bank_intents WHERE settled_at IS NULL")
        for order in self.orders:
            self.assert_same_at_the_bank(order)

    # What the TPP does

    @initialize(several=st.lists(wishes, min_size=2, max_size=3))
    def begin(self, several: list[Wish]) -> None:
        for wish in several:
            self.initiate(wish)

    @rule(wish=wishes)
    def initiate(self, wish: Wish) -> None:
        tenant, owner, approach = wish.tenant, wish.owner, wish.approach
        body = payment(
            debtorAccount__iban=PERSON_BY_ID[owner].accounts[0].iban,
            instructedAmount__amount=wish.amount,
            creditorAccount__iban=PERSON_BY_ID["user_01"].accounts[0].iban,
        )
        if approach == "DECOUPLED" and owner != "dora.push":
            approach = "EMBEDDED"  # the bank would refuse it
        known = owner if wish.named or approach == "DECOUPLED" else None
        headers = self.headers(tenant, known) | WISHES[approach]
        answer = self.judged(lambda: self.tpp.post(body, headers, wish.product))
        assert answer.status_int in {201, 503}, answer.text
        if answer.status_int == 201:
            made = Made(answer, wish.product)
            order = Order(made, tenant, owner, wish.amount, approach, wish.to_be_pushed)
            self.orders.append(order)
            if "scaStatus" in answer.json:
                order.authorisations.append((CREATION, order.made.authorisation_id))

    @precondition(lambda self: self.orders)
    @rule(
        at=which, kind=kinds, approach=st.sampled_from(sorted(WISHES)), body=bodies,
        psu=st.none() | psus,
    )  # fmt: skip
    def start(
        self, at: int, kind: AuthorisationKind, approach: str, body: str, psu: str | None
    ) -> None:
        order = self.order(at)
        path = f"{order.made.path}/{SEGMENTS[kind]}"
        headers = self.headers(order.tenant, psu) | WISHES[approach]
        self.note_consent(order, kind, psu or order.owner, body)
        answer = self.judged(lambda: start(self.tpp, path, self.sent(body, ""), headers))
        if answer.status_int == 201:
            order.authorisations.append((kind, answer.json["authorisationId"]))

    @precondition(lambda self: any(order.authorisations for order in self.orders))
    @rule(at=which, which_one=which, body=bodies, psu=st.none() | psus)
    def update(self, at: int, which_one: int, body: str, psu: str | None) -> None:
        self.send(*self.authorisation(at, which_one), body, psu)

    @precondition(lambda self: self.orders)
    @rule(
        at=which,
        which_one=which,
        steps=st.sampled_from([1, 2, 6, 6, 6]),
        loses=losses,
        errs=st.sampled_from([False, False, False, True]),
        tells=st.booleans(),
    )
    def go_on_properly(
        self, at: int, which_one: int, steps: int, loses: str | None, *, errs: bool, tells: bool
    ) -> None:
        """What TPP and PSU do who follow the links and make no mistake; the line may."""
        self.house.line.fails = loses
        order = self.order(at)
        if not order.authorisations:
            self.start(at, CREATION, order.approach, "nothing", order.owner)
        for _ in range(steps):
            if order.authorisations:
                newest_first = order.authorisations[::-1]
                chosen = newest_first[which_one % len(newest_first)]
                self.step_properly(order, *chosen, errs=errs, tells=tells)

    @precondition(lambda self: self.orders)
    @rule(
        at=which,
        approach=st.sampled_from(sorted(WISHES)),
        steps=st.integers(0, 5),
        early=st.sampled_from([False, False, False, True]),
    )
    def cancel(self, at: int, approach: str, steps: int, *, early: bool) -> None:
        """Rather what somebody has authorised, and perhaps all the way."""
        taken = [each for each in self.orders if self.status(each) in {"ACCP", "ACSP", "PATC"}]
        if not (taken or early):
            return
        order = (taken or self.orders)[at % len(taken or self.orders)]
        answer = self.call(order, "DELETE", order.made.path, WISHES[approach])
        if answer.status_int == 202 and "scaStatus" in answer.json:
            link = answer.json["_links"]["scaStatus"]["href"]
            order.authorisations.append((CANCELLATION, link.rpartition("/")[2]))
        if answer.status_int == 202 and "scaStatus" not in answer.json:
            self.start(self.orders.index(order), CANCELLATION, approach, "nothing", order.owner)
        for _ in range(steps if answer.status_int == 202 and order.authorisations else 0):
            self.step_properly(order, *order.authorisations[-1])

    @precondition(lambda self: self.orders)
    @rule(at=which)
    def read(self, at: int) -> None:
        order = self.order(at)
        self.call(order, "GET", order.made.status_path)
        self.call(order, "GET", order.made.path)
        for kind, authorisation_id in order.authorisations:
            path = f"{order.made.path}/{SEGMENTS[kind]}/{authorisation_id}"
            self.call(order, "GET", path)

    # What the PSU does

    @precondition(lambda self: any(order.authorisations for order in self.orders))
    @rule(
        at=which, which_one=which, method=which, tells=st.booleans(),
        does=st.sampled_from(["confirms", "confirms", "confirms", "errs", "declines"]),
        other=st.none() | psus,
    )  # fmt: skip
    def visit(
        self, at: int, which_one: int, method: int, does: str, other: str | None, *, tells: bool
    ) -> None:
        order, kind, authorisation_id = self.authorisation(at, which_one)
        how = self.way(
            order,
            other or order.owner,
            tan="000000" if does == "errs" else "123456",
            method=method,
            declines=does == "declines",
            tells=tells,
        )
        self.visit_as(order, kind, authorisation_id, how)

    @rule(tenant=st.sampled_from(sorted(TENANTS)), approves=st.booleans(), tells=st.booleans())
    def answer_phone(self, tenant: str, *, approves: bool, tells: bool) -> None:
        self.banking[tenant].answer_phone("dora.push", approves=approves, tells=tells)

    # What the bank and time do

    @precondition(lambda self: self.orders)
    @rule(at=which, status=st.sampled_from(["ACSP", "ACSC", "RJCT", "CANC", "PATC"]))
    def push(self, at: int, status: str) -> None:
        order = self.order(at)
        if not order.to_be_pushed:
            return
        order.pushed = True
        path = f"/aspsp-api/v1/pis/transaction-status/{order.made.payment_id}/status/{status}"
        answer = self.house.world.cms.put(path, headers={"instance-id": order.tenant})
        assert answer.status_int == 200

    @rule(
        fails=st.sampled_from(["before", "after"]), any_call=st.sampled_from([False, False, True])
    )
    def lose_an_answer(self, fails: str, *, any_call: bool) -> None:
        self.house.line.fails, self.house.line.any_call = fails, any_call

    @rule(seconds=st.sampled_from([1, 1, 11, 11, 130, 700]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @precondition(lambda self: self.house.ask_bank("SELECT 1 FROM bank_orders"))
    @rule()
    def wait_long(self) -> None:
        self.clock.advance(timedelta(hours=25))

    @rule(job=st.sampled_from(JOBS))
    def work(self, job: Job) -> None:
        unknown = self.house.line.unknown
        run = self.worker.run(job)
        assert run is not None
        assert run.failed <= self.house.line.unknown - unknown, run.error

    # What is promised

    @invariant()
    def finalised_never_moves(self) -> None:
        moved = self.house.ask(
            "SELECT authorisation_id, from_status, to_status, cause FROM events"
            f" WHERE (authorisation_id IS NULL AND from_status IN {FINAL_PAYMENT}"
            " AND cause <> 'aspsp_pushed')"
            f" OR (authorisation_id IS NOT NULL AND from_status IN {FINAL_SCA})"
        )
        assert not moved

    @invariant()
    def money_is_conserved(self) -> None:
        totals = self.house.ask_bank("SELECT SUM(booked) FROM bank_balances GROUP BY currency")
        assert {total for (total,) in totals} == {0}
        reserved = "SELECT COALESCE(SUM(minor_units), 0) FROM bank_orders WHERE reserved"
        at_accounts = "SELECT SUM(reserved) FROM bank_balances"
        assert self.house.ask_bank(reserved) == self.house.ask_bank(at_accounts)

    @invariant()
    def money_moves_once_and_only_with_consent(self) -> None:
        booked = self.house.ask_bank(
            "SELECT payment_id, COUNT(*) FROM bank_bookings GROUP BY payment_id"
        )
        taken_in = self.house.ask_bank(
            "SELECT payment_id FROM bank_orders WHERE status IN ('ACCP', 'ACSP', 'ACSC')"
        )
        assert {count for _, count in booked} <= {2}
        assert {each for each, _ in booked} <= {each for (each,) in taken_in}
        for order in self.orders:
            if (order.made.payment_id,) in taken_in:
                needed = JOINT if order.owner in JOINT else {order.owner}
                assert needed <= self.consented(order, Purpose.PAY)

    @invariant()
    def what_is_rejected_or_cancelled_is_never_paid(self) -> None:
        at_bank = dict(self.house.ask_bank("SELECT payment_id, status FROM bank_orders"))
        for order in self.honest():
            status = self.status(order)
            if status == "CANC":
                assert at_bank.get(order.made.payment_id) == "CANC"
                self.assert_cancelled_rightly(order)
            if status == "RJCT":
                assert at_bank.get(order.made.payment_id, "RJCT") not in {"ACCP", "ACSP", "ACSC"}

    def assert_cancelled_rightly(self, order: Order) -> None:
        """P5, P6: what nobody had authorised, or with the PSU's consent where it is mandated."""
        history = self.house.world.history(order.made.payment_id)
        before = next(source for source, target, _ in history if target == "CANC")
        mandated = "pis" in TENANTS[order.tenant] or order.amount == CANCEL_MANDATED
        if before != "RCVD" and mandated:
            assert self.consented(order, Purpose.CANCEL)

    def assert_same_at_the_bank(self, order: Order) -> None:
        """But for what has expired here: for the bank it is cancelled, never to be executed."""
        at_bank, here = self.house.bank.payment_status(order.made.payment_id), self.status(order)
        if at_bank is not None and not order.pushed:
            assert here == at_bank or (here, at_bank) == ("RJCT", "CANC")


@pytest.fixture(scope="module")
def sandbox_house(
    sqlite_databases: SqliteDatabases,
    tmp_path_factory: pytest.TempPathFactory,
    judge: BerlinGroup | None,
) -> Iterator[SandboxHouse]:
    folder = tmp_path_factory.mktemp("sandbox")
    books = f"sqlite:///{folder / 'bank.sqlite'}"
    with open_sandbox_house(
        sqlite_databases.make(), books, folder, judge, tenants=TENANTS
    ) as house:
        yield house


def test_the_promises_hold(sandbox_house: SandboxHouse, pisp: str) -> None:
    class Machine(Promises):
        house = sandbox_house
        tpp = TppClient(sandbox_house.world, pisp)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not LONG,
            database=None,
            phases=[Phase.generate, Phase.shrink] if LONG else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
