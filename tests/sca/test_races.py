"""Two at once over HTTP, two server processes' worth of houses on one database, and the real
sandbox bank: one wins, the other gets an error of the standard, the bank acts once (S1, S4).
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cms.domain.authorisation import AuthorisationKind
from cms.domain.intent import LONGEST_BANK_CALL
from sandbox.core.purposes import Purpose
from spi.answers import Refused
from tests.breaking import break_moves, mend
from tests.contract.berlin_group import BerlinGroup
from tests.sca.driving import CANCELLATION, CREATION, PASSWORD, TAN, Driven, start, told
from tests.sca.people import OnlineBanking, Visit
from tests.sca.sandbox_house import SandboxHouse, open_sandbox_house
from tests.store.rooms import race
from tests.tpps import PSU_ID, SCT, Made, TppClient, payment

ROUNDS = 3
TENANT = "UNDEFINED"
PROFILE: dict[str, Any] = {
    "common": {
        "scaApproachesSupported": ["EMBEDDED", "REDIRECT"],
        "authorisationConfirmationRequestMandated": True,
    },
    "pis": {"paymentCancellationAuthorisationMandated": True},
}
REDIRECT = {"TPP-Redirect-Preferred": "true"}
NOTHING_TO_DO = {"409 STATUS_INVALID", "400 SCA_INVALID"}


@dataclass
class Side:
    """One house, and the TPP as its client."""

    house: SandboxHouse
    tpp: TppClient

    def at(self, driven: Driven) -> Driven:
        """The same authorisation, by this house."""
        return Driven(self.tpp, driven.payment_path, driven.kind, driven.authorisation_id)

    def delete(self, path: str) -> Any:
        return self.tpp.call("DELETE", path, {"Content-Type": None})

    def status(self, path: str) -> str:
        status: str = self.tpp.get(f"{path}/status").json["transactionStatus"]
        return status


@dataclass
class Sides:
    """Two houses on the same databases, whose clocks can differ."""

    one: Side
    two: Side

    def wait(self, period: timedelta) -> None:
        for side in (self.one, self.two):
            side.house.world.clock.advance(period)

    def initiated(self, amount: str = "10.00", path: str = SCT, **headers: str) -> Made:
        body = payment(instructedAmount__amount=amount)
        return self.one.tpp.initiated(body, {"PSU-ID": PSU_ID, **headers}, path)

    def ready(self, amount: str = "10.00") -> Driven:
        """A payment whose PSU only has to enter the TAN."""
        made = self.initiated(amount)
        driven = Driven(self.one.tpp, made.path, CREATION, made.authorisation_id)
        assert driven.put(PASSWORD).json["scaStatus"] == "scaMethodSelected"
        return driven

    def unconfirmed(self) -> tuple[Driven, dict[str, str]]:
        """A payment whose PSU is back from the bank's pages, with the code to confirm."""
        made = self.initiated(**REDIRECT)
        banking = OnlineBanking(self.one.house, TENANT)
        banking.visit(made.authorisation_id, Purpose.PAY, Visit(PSU_ID, mandated=True))
        code = banking.codes[made.authorisation_id]
        driven = Driven(self.one.tpp, made.path, CREATION, made.authorisation_id)
        return driven, {"confirmationCode": code}

    def booked(self, driven: Driven) -> int:
        """How often money has moved for it, when all is settled."""
        self.wait(timedelta(seconds=30))
        self.one.house.bank.settle_due(self.one.house.world.clock())
        lines = self.one.house.ask_bank(
            "SELECT COUNT(*) FROM bank_bookings WHERE side = 'debit'"
            f" AND payment_id = '{driven.payment.payment_id}'"
        )
        return int(lines[0][0])


@pytest.fixture
def sides(
    database_url: str, tmp_path: Path, judge: BerlinGroup | None, pisp: str
) -> Iterator[Sides]:
    sqlite = database_url.startswith("sqlite")
    books = f"sqlite:///{tmp_path / 'bank.sqlite'}" if sqlite else database_url
    with ExitStack() as houses:

        def side(name: str) -> Side:
            folder = tmp_path / name
            folder.mkdir()
            house = houses.enter_context(
                open_sandbox_house(database_url, books, folder, judge, **PROFILE)
            )
            return Side(house, TppClient(house.world, pisp))

        yield Sides(side("one"), side("two"))


def answers(results: list[Any]) -> list[str]:
    for each in results:
        assert not isinstance(each, Exception), each
    return [told(each) for each in results]


def test_two_right_tans_at_once(sides: Sides) -> None:
    for _ in range(ROUNDS):
        driven = sides.ready()
        results = race(*(partial(side.at(driven).put, TAN) for side in (sides.one, sides.two)))

        assert sorted(answers(results)) == ["200", "409 STATUS_INVALID"]
        assert sides.one.status(driven.payment_path) == "ACCP"
        assert driven.read() == "finalised"
        assert sides.booked(driven) == 1


def test_a_tan_against_a_delete(sides: Sides) -> None:
    """What nobody has authorised is cancelled at once (P5); authorised, the PSU has to agree."""
    for _ in range(ROUNDS):
        driven = sides.ready()
        tan, deleted = answers(
            race(partial(driven.put, TAN), partial(sides.two.delete, driven.payment_path))
        )

        if deleted == "204":
            assert tan in NOTHING_TO_DO
            assert sides.booked(driven) == 0
            assert sides.one.status(driven.payment_path) == "CANC"
        else:
            assert (tan, deleted) in {("200", "409 STATUS_INVALID"), ("200", "202")}
            assert sides.booked(driven) == 1
            assert sides.one.status(driven.payment_path) == "ACSC"


def test_a_tan_against_the_end_of_its_time(sides: Sides) -> None:
    for _ in range(ROUNDS):
        driven = sides.ready()
        deadline = driven.payment.confirm_by
        sides.one.house.world.clock.now = deadline - timedelta(seconds=1)
        sides.two.house.world.clock.now = deadline
        tan, seen = race(
            partial(driven.put, TAN), partial(sides.two.tpp.get, f"{driven.payment_path}/status")
        )

        if told(tan) == "200":
            assert seen.json["transactionStatus"] in {"RCVD", "ACCP", "ACSP", "ACSC"}
            assert sides.booked(driven) == 1
        else:
            assert told(tan) in {"403 RESOURCE_EXPIRED", "409 STATUS_INVALID"}
            assert driven.stands == ("failed", "RJCT")
            assert sides.booked(driven) == 0


def test_two_deletes_at_once(sides: Sides) -> None:
    for _ in range(ROUNDS):
        driven = sides.ready()
        results = race(
            *(partial(side.delete, driven.payment_path) for side in (sides.one, sides.two))
        )

        told_of_both = sorted(answers(results))
        assert told_of_both[0] == "204"
        # P4, word for word, for whoever comes when it is done; or the bank tells that it is (P6).
        assert told_of_both[1] in {"204", "400 FORMAT_ERROR", "409 STATUS_INVALID"}
        for each in results:
            if each.status_int == 400:
                text = each.json["tppMessages"][0]["text"]
                assert text == "Payment is finalised already and cannot be cancelled"
        assert sides.booked(driven) == 0


def test_one_confirmation_code_twice_at_once(sides: Sides) -> None:
    for _ in range(ROUNDS):
        driven, code = sides.unconfirmed()
        results = race(*(partial(side.at(driven).put, code) for side in (sides.one, sides.two)))

        first, second = sorted(answers(results))
        assert first == "200"
        assert second in NOTHING_TO_DO
        assert sides.booked(driven) == 1


def test_the_right_code_against_a_wrong_one(sides: Sides) -> None:
    for _ in range(ROUNDS):
        driven, code = sides.unconfirmed()
        wrong = {"confirmationCode": "guessed"}
        right, guessed = answers(
            race(partial(driven.put, code), partial(sides.two.at(driven).put, wrong))
        )

        assert guessed in NOTHING_TO_DO
        if right == "200":
            assert sides.booked(driven) == 1
        else:
            assert right in NOTHING_TO_DO
            assert driven.stands == ("failed", "RJCT")
            assert sides.booked(driven) == 0


def test_two_starts_of_one_psu_at_once(sides: Sides) -> None:
    for _ in range(ROUNDS):
        made = sides.initiated()
        results = race(
            *(
                partial(start, side.tpp, made.authorisations, PASSWORD)
                for side in (sides.one, sides.two)
            )
        )

        # The one that was closed by the other may hear of it in the middle of its own steps.
        assert set(answers(results)) <= {"201", "409 STATUS_INVALID"}
        found = sides.one.house.ask(
            "SELECT sca_status FROM authorisations"
            f" WHERE parent_id = '{made.payment_id}' AND sca_status <> 'failed'"
        )
        assert len(found) == 1


def test_an_answer_that_is_lost_is_asked_for(sides: Sides) -> None:
    driven = sides.ready()
    sides.one.house.line.fails = "after"
    assert told(driven.put(TAN)) == "503 SERVICE_UNAVAILABLE"
    assert driven.stands == ("scaMethodSelected", "RCVD")

    assert told(sides.two.at(driven).put(TAN)) == "409 STATUS_INVALID"  # it is done by now
    assert driven.stands == ("finalised", "ACCP")
    assert sides.booked(driven) == 1


def test_a_call_that_was_lost_may_be_made_again(sides: Sides) -> None:
    """And when the lost one arrives after all, the bank does not act on it."""
    driven = sides.ready()
    lost: list[tuple[Any, ...]] = []
    line = sides.one.house.line
    line.fails, line.on_lost = "before", lost.append
    assert told(driven.put(TAN)) == "503 SERVICE_UNAVAILABLE"

    assert told(sides.two.at(driven).put(TAN)) == "200"
    late = sides.two.house.line.execute_payment(*lost[0])
    assert isinstance(late, Refused)
    assert sides.booked(driven) == 1


@pytest.mark.parametrize("deed", ["execute", "cancel"])
def test_a_process_that_dies_with_the_answer(sides: Sides, deed: str) -> None:
    """The bank has acted, the commit fails, and nobody tells that the call is over: until no call
    can last any longer nobody asks, and the payment is held; then everybody may.
    """
    driven = sides.ready()
    database = sides.one.house.world.house.database
    break_moves(database)
    answer = driven.put(TAN) if deed == "execute" else sides.one.delete(driven.payment_path)
    assert answer.status_int in {500, 503}
    mend(database)
    for again in (driven.put(TAN), sides.two.delete(driven.payment_path)):
        assert told(again) == "409 STATUS_INVALID"

    sides.wait(LONGEST_BANK_CALL)
    ended = "ACSC" if deed == "execute" else "CANC"
    assert sides.two.status(driven.payment_path) == ended
    assert driven.read() == ("finalised" if deed == "execute" else "failed")
    assert sides.booked(driven) == (1 if deed == "execute" else 0)
    assert driven.payment.open_intent_id is None


def test_the_bank_that_loses_its_answer(sides: Sides) -> None:
    """The magic amount: executed, and the answer is lost once."""
    driven = sides.ready("666.06")
    assert told(driven.put(TAN)) == "503 SERVICE_UNAVAILABLE"

    assert sides.two.status(driven.payment_path) == "ACCP"
    assert driven.read() == "finalised"
    assert sides.booked(driven) == 1


def cancelling(sides: Sides, driven: Driven, kind: AuthorisationKind) -> Driven:
    """The cancellation of an executed payment; its PSU only has to enter the TAN."""
    answer = sides.one.delete(driven.payment_path)
    assert answer.status_int == 202
    link = answer.json["_links"]["scaStatus"]["href"]
    found = Driven(sides.one.tpp, driven.payment_path, kind, link.rpartition("/")[2])
    assert found.put(PASSWORD, psu_id=PSU_ID).json["scaStatus"] == "scaMethodSelected"
    return found


def test_two_tans_for_one_cancellation(sides: Sides) -> None:
    for _ in range(ROUNDS):
        paid = sides.ready()
        assert told(paid.put(TAN)) == "200"
        driven = cancelling(sides, paid, CANCELLATION)
        results = race(*(partial(side.at(driven).put, TAN) for side in (sides.one, sides.two)))

        # Whoever comes when it is cancelled finds nothing to update; or a payment that has ended.
        first, second = sorted(answers(results))
        assert (first, second in {"409 STATUS_INVALID", "400 FORMAT_ERROR"}) == ("200", True)
        assert sides.one.status(driven.payment_path) == "CANC"
        assert sides.booked(driven) == 0


def test_a_cancellation_against_settlement(sides: Sides) -> None:
    """The bank settles on its own clock: what is booked is not cancelled, and the other way."""
    for _ in range(ROUNDS):
        paid = sides.ready()
        assert told(paid.put(TAN)) == "200"
        driven = cancelling(sides, paid, CANCELLATION)
        sides.two.house.world.clock.advance(timedelta(seconds=30))
        two = sides.two.house
        results = race(partial(driven.put, TAN), partial(two.bank.settle_due, two.world.clock()))

        answer = told(results[0])
        assert answer in {"200", "405 CANCELLATION_INVALID", "400 FORMAT_ERROR"}
        assert sides.booked(driven) == (0 if answer == "200" else 1)
        assert sides.one.status(driven.payment_path) == ("CANC" if answer == "200" else "ACSC")


def test_two_holders_of_one_account_at_once(sides: Sides) -> None:
    """A10: whoever is told that the bank is busy sends the TAN again; it is paid once."""
    joint = payment(debtorAccount__iban="DE32760700240271232100")
    for _ in range(ROUNDS):
        made = sides.one.tpp.initiated(joint, {"PSU-ID": "g.manager"})
        both = [
            holder(side, made, psu_id)
            for side, psu_id in ((sides.one, "g.manager"), (sides.two, "sc.manager"))
        ]
        first_told = answers(race(*(partial(each.put, TAN) for each in both)))
        assert "200" in first_told
        assert set(first_told) <= {"200", "409 STATUS_INVALID"}

        for each, was_told in zip(both, first_told, strict=True):
            if was_told != "200":
                assert told(each.put(TAN)) == "200"
        assert {each.stands for each in both} == {("finalised", "ACCP")}
        assert sides.booked(both[0]) == 1


def holder(side: Side, made: Made, psu_id: str) -> Driven:
    """One holder's authorisation, for which only the TAN is missing."""
    answer = start(side.tpp, made.authorisations, PASSWORD, {"PSU-ID": psu_id})
    assert answer.json["scaStatus"] == "scaMethodSelected"
    return Driven(side.tpp, made.path, CREATION, answer.json["authorisationId"])


def test_the_tpps_way_against_the_banks_own_pages(sides: Sides) -> None:
    """A11: the PSU goes two ways at once. One is closed, and it is paid once at most."""
    for _ in range(ROUNDS):
        made = sides.one.tpp.initiated(headers=REDIRECT)  # nobody is named yet
        driven = holder(sides.one, made, PSU_ID)
        other = Driven(sides.two.tpp, made.path, CREATION, made.authorisation_id)
        banking = OnlineBanking(sides.two.house, TENANT)
        visit = partial(
            banking.visit, made.authorisation_id, Purpose.PAY, Visit(PSU_ID, mandated=True)
        )
        by_tan, visited = race(partial(driven.put, TAN), visit)
        assert visited is None
        code = {"confirmationCode": banking.codes.get(made.authorisation_id, "none")}
        confirmed = other.put(code, psu_id=PSU_ID)

        done = [told(by_tan), told(confirmed)]
        assert set(done) <= {"200", "409 STATUS_INVALID", "400 SCA_INVALID", "403 SERVICE_BLOCKED"}
        assert done.count("200") == sides.booked(driven) <= 1
