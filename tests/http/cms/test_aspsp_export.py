"""aspsp-api: the bank takes its payments out, by TPP, PSU or account, page by page (spec 2.5)."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from cms.domain.statuses import TransactionStatus
from sandbox.certificates import SandboxQtsp
from spi.answers import Done
from spi.types import Initiated
from tests.houses import NOW, TPP, World, certificate
from tests.tpps import PAYMENT, PSU_ID, TppClient

EXPORT = "/aspsp-api/v1/pis/payments"
NUMBER = "PSDDE-BAFIN-100001"
DAY = timedelta(days=1)
MOST = 200


def get(world: World, below: str, headers: dict[str, str] | None = None, query: str = "") -> Any:
    return world.cms.get(f"{EXPORT}/{below}{query}", headers=headers, status="*")


def ids(answer: Any) -> list[str]:
    assert answer.status_int == 200, answer.text
    assert answer.json["status"] == "OK"
    return [entry["paymentId"] for entry in answer.json["data"]]


@pytest.fixture
def three(tpp: TppClient) -> list[str]:
    """Three payments on three days: of account `a`, of `b` for another PSU, of no account."""
    made = []
    for account, psu in (("a", PSU_ID), ("b", "max.musterman"), (None, None)):
        tpp.world.bank.initiated = Done(
            Initiated(TransactionStatus.RCVD, f"ref-{account}", aspsp_account_id=account)
        )
        made.append(tpp.initiated(headers={"PSU-ID": psu}).payment_id)
        tpp.world.clock.advance(DAY)
    return made


def test_an_entry_tells_all_of_a_payment(tpp: TppClient, three: list[str]) -> None:
    answer = get(tpp.world, "account/a")

    assert answer.json["pageInfo"] == {"pageIndex": 0, "itemsPerPage": 20, "total": 1}
    (entry,) = answer.json["data"]
    assert orjson.loads(base64.b64decode(entry.pop("paymentData"))) == PAYMENT
    tpp_info = entry.pop("tppInfo")
    assert (tpp_info["authorisationNumber"], tpp_info["tppRoles"]) == (NUMBER, ["PISP"])
    assert entry == {
        **PAYMENT,
        "paymentId": three[0],
        "paymentType": "SINGLE",
        "paymentProduct": "sepa-credit-transfers",
        "transactionStatus": "RCVD",
        "psuIdDatas": [{"psuId": PSU_ID}],
        "creationTimestamp": NOW.isoformat(),
        "statusChangeTimestamp": NOW.isoformat(),
        "contentType": "application/json",
        "bankReference": "ref-a",
    }


@pytest.mark.parametrize(
    "below, headers, found",
    [
        (f"tpp/{NUMBER}", {}, [0, 1, 2]),
        (f"tpp/{NUMBER}", {"psu-id": PSU_ID}, [0]),
        ("tpp/PSDDE-BAFIN-999999", {}, []),
        ("psu", {"psu-id": PSU_ID}, [0]),
        ("psu", {"psu-id": PSU_ID, "psu-id-type": " ", "psu-corporate-id": ""}, [0]),
        ("psu", {"psu-id": PSU_ID, "psu-id-type": "x"}, []),
        ("psu", {"psu-id": "nobody"}, []),
        ("account/b", {}, [1]),
        ("account/b", {"psu-id": PSU_ID}, []),
        ("account/c", {}, []),
        # An id that is blank, and a PSU that is not named, find nothing; it is no error.
        ("tpp/%20", {}, []),
        ("tpp/%00", {}, []),
        ("tpp/%ff", {}, []),
        ("psu", {}, []),
        ("psu", {"psu-id-type": "x"}, []),
        ("account/%20", {}, []),
        ("account/a%00", {}, []),
    ],
)
def test_filters(
    tpp: TppClient, three: list[str], below: str, headers: dict[str, str], *, found: list[int]
) -> None:
    answer = get(tpp.world, below, headers)

    assert ids(answer) == [three[place] for place in found]
    assert answer.json["pageInfo"]["total"] == len(found)


@pytest.mark.parametrize(
    "start, end, found",
    [
        (None, None, [0, 1, 2]),
        ("2026-03-02", None, [0, 1, 2]),
        ("2026-03-03", None, [1, 2]),
        ("2026-03-05", None, []),
        (None, "2026-03-01", []),
        (None, "2026-03-02", [0]),
        ("2026-03-03", "2026-03-03", [1]),
        ("2026-03-04", "2026-03-02", []),
        ("0001-01-01", "9999-12-31", [0, 1, 2]),
        ("9999-12-31", "0001-01-01", []),
    ],
)
def test_whole_days(
    tpp: TppClient, three: list[str], start: str | None, end: str | None, *, found: list[int]
) -> None:
    sent = {"start-date": start, "end-date": end}
    headers = {name: day for name, day in sent.items() if day is not None}

    assert ids(get(tpp.world, f"tpp/{NUMBER}", headers)) == [three[place] for place in found]


@pytest.mark.parametrize(
    "query, page",
    [
        ("?itemsPerPage=2", (0, 2, [0, 1])),
        ("?itemsPerPage=2&pageIndex=1", (1, 2, [2])),
        ("?itemsPerPage=2&pageIndex=2", (2, 2, [])),
        ("?pageIndex=1", (1, 20, [])),
        ("?pageIndex=999999999&itemsPerPage=200", (999_999_999, MOST, [])),
        ("?pageIndex=&itemsPerPage=", (0, 20, [0, 1, 2])),
    ],
)
def test_pages(
    tpp: TppClient, three: list[str], query: str, page: tuple[int, int, list[int]]
) -> None:
    index, size, found = page
    answer = get(tpp.world, f"tpp/{NUMBER}", query=query)

    assert ids(answer) == [three[place] for place in found]
    assert answer.json["pageInfo"] == {"pageIndex": index, "itemsPerPage": size, "total": 3}


def test_a_number_may_come_from_several_authorities(world: World, qtsp: SandboxQtsp) -> None:
    """T4: the bank asks by number alone, and gets the payments of all who have it."""
    made = []
    for authority in ("DE-BAFIN", "XX-OTHER"):
        facts = replace(TPP, authority_id=authority)
        made.append(TppClient(world, certificate(qtsp, facts)).initiated().payment_id)
        world.clock.advance(DAY)
    assert ids(get(world, f"tpp/{NUMBER}")) == made

    found = world.cms.get("/aspsp-api/v1/tpp", headers={"tpp-authorisation-number": NUMBER})
    assert found.json["authorityId"] == "XX-OTHER"


def test_tpp_info(tpp: TppClient) -> None:
    headers = {"tpp-authorisation-number": NUMBER}
    path = "/aspsp-api/v1/tpp"
    assert tpp.world.cms.get(path, headers=headers, status="*").status_int == 404
    tpp.initiated()

    assert tpp.world.cms.get(path, headers=headers).json == {
        "authorisationNumber": NUMBER,
        "tppName": "Example Pay",
        "tppRoles": ["PISP"],
        "authorityId": "DE-BAFIN",
        "authorityName": "Federal Financial Supervisory Authority",
        "country": "DE",
        "organisation": "Example Pay",
    }
