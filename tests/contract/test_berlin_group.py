"""The judge itself: what it lets pass, and what it must not. And that no route is missing."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.contract.berlin_group import DECIDED, METHODS, BerlinGroup
from tests.houses import open_world
from xs2a.wiring import xs2a_face

POST = "/v1/payments/sepa-credit-transfers"
ID = {"X-Request-ID": "99391c7e-ad88-49ec-a2ad-99ddcb1f7721", "Content-Type": "application/json"}
CREATED = {**ID, "Location": "https://bank.example/v1/payments/sepa-credit-transfers/1"}
PAYMENT = {
    "transactionStatus": "RCVD",
    "paymentId": "1",
    "_links": {"scaRedirect": {"href": "https://bank.example/pis/1"}},
}
REFUSAL = {"tppMessages": [{"category": "ERROR", "code": "FORMAT_ERROR", "text": "no"}]}


def judge(berlin_group: BerlinGroup, exchange: dict[str, Any]) -> None:
    facts: dict[str, Any] = {
        "method": "POST",
        "path": POST,
        "status": 201,
        "headers": CREATED,
    } | exchange
    body = facts.pop("body", PAYMENT)
    body = body if isinstance(body, bytes) else orjson.dumps(body)
    berlin_group.check_response(facts.pop("method"), facts.pop("path"), body=body, **facts)


@pytest.mark.parametrize(
    "exchange",
    [
        {},
        {"status": 400, "headers": ID, "body": REFUSAL},
        {"path": f"{POST}/1/status?x=1", "method": "GET", "status": 200, "headers": ID},
        {"path": "/v1/no-such-room/at/all/here", "status": 404, "body": b"", "headers": ID},
        {"method": "PUT", "status": 405, "headers": ID, "body": b""},
        {"status": 413, "headers": ID, "body": b""},
        {"path": "/v1/payments/house-transfers/1", "method": "GET", "status": 200, "headers": ID}
        | {"body": {"from": 1}},
    ],
)
def test_answers_within_the_standard_pass(
    berlin_group: BerlinGroup, exchange: dict[str, Any]
) -> None:
    judge(berlin_group, exchange)


@pytest.mark.parametrize(
    "exchange, finding",
    [
        ({"body": PAYMENT | {"transactionStatus": "DONE"}}, "/transactionStatus: "),
        ({"body": {"paymentId": "1"}}, '"transactionStatus" is a required property'),
        ({"body": b"<html>"}, "the body is not JSON"),
        ({"headers": ID}, "header Location is missing"),
        ({"headers": CREATED | {"Location": "/v1/1"}}, "is not an absolute URL"),
        ({"headers": CREATED | {"X-Request-ID": "7"}}, "is not a UUID"),
        ({"headers": CREATED | {"X-Request-ID": f"{{{ID['X-Request-ID']}}}"}}, "is not a UUID"),
        (
            {"path": f"{POST}/1", "method": "GET", "status": 200, "headers": ID}
            | {"body": {"from": 1}},
            "/: ",
        ),
        ({"headers": CREATED | {"Content-Type": "text/html"}}, "Content-Type 'text/html'"),
        ({"headers": CREATED | {"ASPSP-SCA-Approach": "OAUTH"}}, "is not EMBEDDED"),
        ({"status": 422}, "status 422 is not listed"),
        ({"method": "DELETE", "status": 200}, "no such method"),
        ({"method": "DELETE", "path": f"{POST}/1", "status": 204}, "204 with a body"),
        (
            {
                "status": 400,
                "headers": ID,
                "body": {"tppMessages": [{"category": "ERROR", "code": "STATUS_INVALID"}]},
            },
            "/tppMessages/0/code",
        ),
    ],
)
def test_answers_outside_the_standard_are_found(
    berlin_group: BerlinGroup, exchange: dict[str, Any], finding: str
) -> None:
    with pytest.raises(AssertionError) as caught:
        judge(berlin_group, exchange)
    assert finding in str(caught.value)


@pytest.mark.parametrize("schema, code", DECIDED)
def test_a_decided_code_is_not_in_the_file_anyway(
    berlin_group: BerlinGroup, schema: str, code: str
) -> None:
    assert berlin_group.document["components"]["schemas"][schema]["enum"].count(code) == 1


def operations(paths: dict[str, Any]) -> set[tuple[str, str]]:
    """Method and path of each operation on payments, whatever the parameters are called."""
    return {
        (method, re.sub(r"\{.*?\}", "{}", path))
        for path, offered in paths.items()
        if re.match(r"/v1/\{payment.service\}/", path)
        for method in METHODS
        if method in offered
    }


def test_our_operations_on_payments_are_the_standards(
    berlin_group: BerlinGroup, tmp_path: Path
) -> None:
    with open_world(f"sqlite:///{tmp_path}/none.db", tmp_path) as world:
        ours = xs2a_face(world.house).test_client().get("/openapi.json").get_json()

    assert operations(ours["paths"]) == operations(berlin_group.document["paths"])
    assert len(operations(ours["paths"])) == 12


def test_each_operation_says_what_it_takes_and_gives(tmp_path: Path) -> None:
    with open_world(f"sqlite:///{tmp_path}/none.db", tmp_path) as world:
        ours = xs2a_face(world.house).test_client().get("/openapi.json").get_json()

    standard = {path: each for path, each in ours["paths"].items() if path.startswith("/v1/")}
    assert len(standard) == 7
    for path, offered in standard.items():
        for method in set(METHODS) & set(offered):
            operation = offered[method]
            assert operation["summary"], (method, path)
            assert ("requestBody" in operation) == (method in {"post", "put"}), (method, path)
            headers = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
            assert "X-Request-ID" in headers, (method, path)
            assert {"400", "401", "404", "500"} <= set(operation["responses"]), (method, path)
