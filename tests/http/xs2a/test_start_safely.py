"""What a start leaves behind when something goes wrong, and whom it must not lock out."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from cms.domain.authorising import MOST_AUTHORISATIONS
from spi.answers import BankCode, Done, Unknown
from spi.types import Authenticated, CancellationBegun
from tests.houses import refused
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import cancel, path_of, push, start, update
from tests.tpps import PSU_ID, Made, TppClient, payment, refusal, told

EMBEDDED = {"scaApproachesSupported": ["EMBEDDED"]}
DECOUPLED = {"scaApproachesSupported": ["DECOUPLED"]}
NAMED = {"PSU-ID": PSU_ID}
KEY = {"Idempotency-Key": "start 4711"}
PASSWORD = {"psuData": {"password": "12345"}}


def client(open_house: OpenHouse, pisp: str, common: Mapping[str, object]) -> TppClient:
    return TppClient(open_house(common=common), pisp)


def only_payment(tpp: TppClient) -> Made:
    """The one payment there is, whose initiation was answered with an error."""
    return Made(None, f"/v1/payments/sepa-credit-transfers/{tpp.world.bank.orders[-1].payment_id}")


@pytest.mark.parametrize(
    "answer, http_status, sca_status",
    [
        (refused(BankCode.SCA_METHOD_UNKNOWN), 400, "failed"),
        # S6: the PSU may have been asked, and may approve: silence is not a no.
        (Unknown("time-out"), 503, "psuIdentified"),
    ],
)
def test_a_psu_who_may_have_been_asked_is_waited_for(
    open_house: OpenHouse, pisp: str, answer: Unknown, http_status: int, sca_status: str
) -> None:
    tpp = client(open_house, pisp, DECOUPLED)
    tpp.world.bank.started = answer
    assert tpp.post(headers=NAMED).status_int == http_status

    path = f"{only_payment(tpp).product}/authorisations"
    (authorisation_id,) = tpp.get(path).json["authorisationIds"]
    assert tpp.get(f"{path}/{authorisation_id}").json == {"scaStatus": sca_status}


def test_a_psu_is_asked_once_for_a_repeated_request(open_house: OpenHouse, pisp: str) -> None:
    """Two payments on the PSU's phone would be approved twice."""
    tpp = client(open_house, pisp, DECOUPLED)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: tpp.post(headers=NAMED | KEY), range(4)))

    assert {answer.status_int for answer in answers} == {201}
    assert len({answer.json["paymentId"] for answer in answers}) == 1
    assert tpp.world.bank.asked.count("start_authorisation") == 1


def test_a_psu_is_asked_only_for_what_is_on_record(open_house: OpenHouse, pisp: str) -> None:
    tpp = client(open_house, pisp, DECOUPLED)
    tpp.world.rename_table("authorisations", "gone")

    assert tpp.post(headers=NAMED).status_int == 503
    assert "start_authorisation" not in tpp.world.bank.asked


@pytest.mark.parametrize("changed", [{"PSU-ID": "sc.manager"}, {"TPP-Redirect-Preferred": "true"}])
def test_another_psu_or_wish_is_another_request(
    open_house: OpenHouse, pisp: str, changed: dict[str, str]
) -> None:
    tpp = client(open_house, pisp, EMBEDDED)
    made = tpp.initiated()
    first = start(tpp, made, PASSWORD, NAMED | KEY)
    again = start(tpp, made, PASSWORD, NAMED | KEY)

    assert again.body == first.body
    answer = start(tpp, made, PASSWORD, NAMED | KEY | changed)
    assert refusal(answer) == (400, [("FORMAT_ERROR", "idempotency-key")])


def test_a_start_that_went_wrong_on_the_way_is_told_again_as_it_began(
    open_house: OpenHouse, pisp: str
) -> None:
    """The authorisation is there: the same request must not open another one."""
    tpp = client(open_house, pisp, EMBEDDED)
    made = tpp.initiated(headers=NAMED)
    tpp.world.bank.authenticated = refused(BankCode.PSU_CREDENTIALS_INVALID)
    assert start(tpp, made, PASSWORD, NAMED | KEY).status_int == 401

    again = start(tpp, made, PASSWORD, NAMED | KEY)
    assert (again.status_int, again.json["scaStatus"]) == (201, "psuIdentified")
    assert len(tpp.get(made.authorisations).json["authorisationIds"]) == 2


def test_a_mistyped_psu_id_locks_nobody_out(open_house: OpenHouse, pisp: str) -> None:
    tpp = client(open_house, pisp, EMBEDDED)
    made = tpp.initiated()
    assert (
        update(tpp, made.authorisation_path, None, {"PSU-ID": "anton.bruckner"}).status_int == 200
    )

    assert start(tpp, made, PASSWORD, NAMED).status_int == 201


def test_a_second_psu_does_not_get_in_after_the_first(open_house: OpenHouse, pisp: str) -> None:
    """Both started while nobody was known; only one of them may be the payment's PSU (A1)."""
    tpp = client(open_house, pisp, EMBEDDED)
    made = tpp.initiated()
    one = start(tpp, made, None, NAMED)
    other = start(tpp, made, None, {"PSU-ID": "max.musterman"})
    assert update(tpp, path_of(one), PASSWORD).status_int == 200

    answer = update(tpp, path_of(other), PASSWORD)
    assert refusal(answer) == (401, [("PSU_CREDENTIALS_INVALID", None)])
    assert tpp.world.bank.deeds == []


def test_authorisations_are_not_started_for_ever(open_house: OpenHouse, pisp: str) -> None:
    tpp = client(open_house, pisp, EMBEDDED)
    made = tpp.initiated()  # the first one
    answers = [start(tpp, made).status_int for _ in range(MOST_AUTHORISATIONS)]

    assert answers == [201] * (MOST_AUTHORISATIONS - 1) + [409]
    push(tpp.world, made, "ACSP")
    assert cancel(tpp, made).status_int == 204


def test_an_exemption_does_not_cancel(open_house: OpenHouse, pisp: str) -> None:
    """A cancellation is never exempted, also where the bank then names no method at all."""
    mandated = {"paymentCancellationAuthorisationMandated": True}
    tpp = TppClient(open_house(common=EMBEDDED, pis=mandated), pisp)
    made = tpp.initiated(headers=NAMED)
    push(tpp.world, made, "ACSP")
    tpp.world.bank.begun = Done(CancellationBegun())
    tpp.world.bank.authenticated = Done(Authenticated((), exempted=True))

    answer = update(tpp, path_of(cancel(tpp, made)), PASSWORD, NAMED)
    assert refusal(answer) == (400, [("SCA_METHOD_UNKNOWN", None)])
    assert tpp.world.bank.deeds == []


def test_what_is_awaited_is_told(open_house: OpenHouse, pisp: str) -> None:
    tpp = client(open_house, pisp, EMBEDDED)
    made = tpp.initiated(payment(), NAMED)
    answer = update(tpp, made.authorisation_path, {"scaAuthenticationData": "123456"})

    assert told(answer) == [("SERVICE_INVALID", None)]
    assert "psuIdentified and waits for psuData.password" in answer.text
