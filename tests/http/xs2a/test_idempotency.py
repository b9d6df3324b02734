"""A repeated request is one payment (P14)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from sandbox.certificates import SandboxQtsp
from spi.answers import BankCode, BankError, Refused, Unknown
from tests.houses import TPP, certificate
from tests.http.conftest import OpenHouse
from tests.tpps import INSTANT, TppClient, payment, refusal

KEY = {"Idempotency-Key": "order 4711"}
OTHER_ID = "0f0a3e3b-8b1d-4a6e-9a1c-3b1a5f5c1a2b"


def test_the_first_answer_comes_again(tpp: TppClient) -> None:
    first = tpp.initiated(headers=KEY).answer
    again = tpp.initiated(headers={**KEY, "X-Request-ID": OTHER_ID}).answer

    assert again.body == first.body
    assert again.headers["X-Request-ID"] == OTHER_ID
    same = {name: value for name, value in first.headers.items() if name != "X-Request-ID"}
    assert same.items() <= dict(again.headers).items()
    assert tpp.world.bank.asked == ["initiate_payment", "start_authorisation"]
    assert (tpp.world.rows()["payments"], tpp.world.rows()["idempotent_answers"]) == (1, 1)


def test_another_body_under_the_same_key_is_refused(tpp: TppClient) -> None:
    tpp.initiated(headers=KEY)
    answer = tpp.post(payment(instructedAmount__amount="99.00"), KEY)

    assert refusal(answer) == (400, [("FORMAT_ERROR", "idempotency-key")])
    assert tpp.world.rows()["payments"] == 1


def test_a_key_counts_per_path_key_and_tpp(tpp: TppClient, qtsp: SandboxQtsp) -> None:
    other = replace(TPP, authorisation_number="PSDDE-BAFIN-100002")
    stranger = TppClient(tpp.world, certificate(qtsp, other))
    made = {
        tpp.initiated(headers=KEY).payment_id,
        tpp.initiated(headers=KEY, path=INSTANT).payment_id,
        tpp.initiated(headers={"Idempotency-Key": "order 4712"}).payment_id,
        tpp.initiated().payment_id,
        stranger.initiated(headers=KEY).payment_id,
    }

    assert len(made) == 5


def test_a_blank_key_is_no_key(tpp: TppClient) -> None:
    """A value that is not ASCII reaches us blank: two payments must not come of it."""
    assert tpp.post(headers={"Idempotency-Key": ""}).status_int == 400
    assert tpp.world.rows()["payments"] == 0


def test_a_key_counts_per_tenant(open_house: OpenHouse, pisp: str) -> None:
    tpp = TppClient(open_house(tenants={"one": {}, "two": {}}), pisp)
    made = {
        tpp.initiated(headers={**KEY, "Instance-ID": name}).payment_id for name in ("one", "two")
    }

    assert len(made) == 2


@pytest.mark.parametrize(
    "failure", [Refused((BankError(BankCode.PAYMENT_FAILED),)), Unknown("time-out")]
)
@pytest.mark.parametrize("step", ["initiated", "started"])
def test_a_failure_is_not_kept(tpp: TppClient, failure: Refused | Unknown, step: str) -> None:
    bank = tpp.world.bank
    well = getattr(bank, step)
    setattr(bank, step, failure)
    assert tpp.post(headers=KEY).status_int in {400, 503}
    assert tpp.world.rows()["idempotent_answers"] == 0
    setattr(bank, step, well)

    assert tpp.post(headers=KEY).status_int == 201


def test_a_faulty_request_does_not_use_up_the_key(tpp: TppClient) -> None:
    assert tpp.post(b"{", KEY).status_int == 400
    assert tpp.post(headers=KEY).status_int == 201


@pytest.mark.parametrize("replays, payments", [("off", 2), ("replay", 1)])
def test_the_profile_may_give_the_request_id_the_same_meaning(
    open_house: OpenHouse, pisp: str, replays: str, *, payments: int
) -> None:
    world = open_house(common={"xRequestIdReplay": replays})
    tpp = TppClient(world, pisp)
    made = {tpp.initiated().payment_id, tpp.initiated().payment_id}

    assert (len(made), world.rows()["payments"]) == (payments, payments)
    tpp.initiated(headers={"X-Request-ID": OTHER_ID})
    assert world.rows()["payments"] == payments + 1
    if replays == "replay":
        answer = tpp.post(payment(creditorName="Somebody else"))
        assert (answer.status_int, answer.json["tppMessages"][0]["code"]) == (400, "FORMAT_ERROR")


def test_racing_requests_are_one_payment(tpp: TppClient) -> None:
    app = tpp.world.xs2a  # made once, before the threads
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: tpp.post(headers=KEY), range(8)))

    assert app is tpp.world.xs2a
    assert {each.status_int for each in answers} == {201}
    assert len({each.body for each in answers}) == 1
    assert tpp.world.rows()["payments"] == 1
