"""Bodies of start and update (spec 16; A8): what is read, and every finding with its path."""

from typing import Any

import orjson
import pytest

from xs2a.errors import EncryptionUnsupported, Finding, RequestFaulty
from xs2a.flows.evidence import PsuUpdate
from xs2a.http.encrypted import PasswordKeys
from xs2a.http.update_body import START, UPDATE, read_update
from xs2a.sca.steps import Update
from xs2a.spec.messages import Message

NO_KEYS = PasswordKeys()
ALL = {
    "psuData": {"password": "12345", "additionalPassword": "54321"},
    "authenticationMethodId": "sms",
    "scaAuthenticationData": "123456",
    "confirmationCode": "abc",
}


def read(body: Any, *headers: Finding) -> PsuUpdate:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return read_update(content, UPDATE, NO_KEYS, headers=headers)


def paths(body: Any, *headers: Finding) -> list[str | None]:
    with pytest.raises(RequestFaulty) as refused:
        read(body, *headers)
    assert {each.message for each in refused.value.findings} == {Message.FORMAT_ERROR}
    return [each.path for each in refused.value.findings]


@pytest.mark.parametrize(
    "body, update",
    [
        (b"", PsuUpdate()),
        ({}, PsuUpdate()),
        ({"unheardOf": [1], "psuId": "x"}, PsuUpdate()),
        ({"psuData": {"password": "12345"}}, PsuUpdate(password="12345")),
        ({"psuData": {"password": " a b "}}, PsuUpdate(password=" a b ")),
        ({"psuData": {"password": "x" * 255}}, PsuUpdate(password="x" * 255)),
        ({"psuData": {"password": "1", "pin": 7}, "more": {}}, PsuUpdate(password="1")),
        (
            {"psuData": {"password": "1", "additionalPassword": "2"}},
            PsuUpdate(password="1", additional_password="2"),
        ),
        ({"authenticationMethodId": "x" * 35}, PsuUpdate(method_id="x" * 35)),
        ({"scaAuthenticationData": "x" * 512}, PsuUpdate(sca_code="x" * 512)),
        ({"confirmationCode": "x" * 512}, PsuUpdate(confirmation_code="x" * 512)),
        (ALL, PsuUpdate("12345", "54321", "sms", "123456", "abc")),
        ({str(n): n for n in range(50)} | {"scaAuthenticationData": "1"}, PsuUpdate(sca_code="1")),
    ],
)
def test_a_body_is_read(body: Any, update: PsuUpdate) -> None:
    assert read(body) == update


@pytest.mark.parametrize("body", [b"", {}, {"unheardOf": 1}])
def test_an_empty_body_says_who_the_psu_is(body: Any) -> None:
    assert read(body).updates == {Update.PSU_IDENTIFICATION}


@pytest.mark.parametrize(
    "body, found",
    [
        (b" ", [None]),
        (b"{", [None]),
        (b"[]", [None]),
        (b"null", [None]),
        (b'"x"', [None]),
        (b"\xff", [None]),
        (b"[" * 5000, [None]),
        (b'{"scaAuthenticationData": "1", "scaAuthenticationData": "2"}', [None]),
        (b'{"psuData": {"password": "1", "password": "2"}}', [None]),
        (b'{"psuData": {"password": "1"}, "psuData": {"password": "1"}}', [None]),
        (b'{"unheardOf": {"x": 1, "x": 1}}', [None]),
        ({"psuData": {}}, ["psuData"]),
        ({"psuData": {"unheardOf": "x"}}, ["psuData"]),
        ({"psuData": None}, ["psuData"]),
        ({"psuData": "12345"}, ["psuData"]),
        ({"psuData": ["12345"]}, ["psuData"]),
        ({"psuData": {"password": None}}, ["psuData.password"]),
        ({"psuData": {"password": 12345}}, ["psuData.password"]),
        ({"psuData": {"password": ""}}, ["psuData.password"]),
        ({"psuData": {"password": "  "}}, ["psuData.password"]),
        ({"psuData": {"password": "x" * 256}}, ["psuData.password"]),
        ({"psuData": {"password": "a\x00"}}, ["psuData.password"]),
        ({"psuData": {"encryptedPassword": ""}}, ["psuData.encryptedPassword"]),
        ({"psuData": {"encryptedPassword": "x" * 4097}}, ["psuData.encryptedPassword"]),
        (
            {"psuData": {"password": "1", "encryptedPassword": "2"}},
            ["psuData.encryptedPassword"],
        ),
        (
            {
                "psuData": {
                    "password": "1",
                    "additionalPassword": "2",
                    "additionalEncryptedPassword": "3",
                }
            },
            ["psuData.additionalEncryptedPassword"],
        ),
        ({"psuData": {"additionalPassword": "2"}}, ["psuData"]),
        ({"psuData": {"additionalEncryptedPassword": "2"}}, ["psuData"]),
        ({"authenticationMethodId": ""}, ["authenticationMethodId"]),
        ({"authenticationMethodId": 7}, ["authenticationMethodId"]),
        ({"authenticationMethodId": None}, ["authenticationMethodId"]),
        ({"authenticationMethodId": "x" * 36}, ["authenticationMethodId"]),
        ({"scaAuthenticationData": 123456}, ["scaAuthenticationData"]),
        ({"scaAuthenticationData": ""}, ["scaAuthenticationData"]),
        ({"scaAuthenticationData": "x" * 513}, ["scaAuthenticationData"]),
        ({"confirmationCode": True}, ["confirmationCode"]),
        ({"confirmationCode": " "}, ["confirmationCode"]),
        ({"confirmationCode": "\u3164\u2800"}, ["confirmationCode"]),
        ({"confirmationCode": "x" * 513}, ["confirmationCode"]),
        (
            {"scaAuthenticationData": 1, "psuData": {"password": 2}},
            ["scaAuthenticationData", "psuData.password"],
        ),
    ],
)
def test_a_faulty_body_is_told_with_its_path(body: Any, found: list[str | None]) -> None:
    assert paths(body) == found


def test_findings_of_headers_come_first() -> None:
    header = Finding(Message.FORMAT_ERROR, "Header 'psu-id' is too long.", "psu-id")

    assert paths({"scaAuthenticationData": 1}, header) == ["psu-id", "scaAuthenticationData"]
    assert paths({}, header) == ["psu-id"]


def test_a_start_confirms_nothing() -> None:
    update = read_update(orjson.dumps(ALL), START, NO_KEYS)

    assert update == PsuUpdate("12345", "54321", "sms", "123456")


@pytest.mark.parametrize("member", ["encryptedPassword", "additionalEncryptedPassword"])
def test_an_encrypted_password_that_cannot_be_read_is_told_with_its_path(member: str) -> None:
    body = {"psuData": {"password": "1", "additionalPassword": "2"}}
    body["psuData"].pop("password" if member == "encryptedPassword" else "additionalPassword")
    body["psuData"][member] = "no token"
    with pytest.raises(EncryptionUnsupported) as refused:
        read(body)

    assert refused.value.path == f"psuData.{member}"


def test_what_is_secret_is_never_printed() -> None:
    assert not [
        secret for secret in ("12345", "54321", "123456", "abc") if secret in repr(read(ALL))
    ]
