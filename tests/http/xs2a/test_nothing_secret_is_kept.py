"""Passwords, codes and tokens go through the server, and are in no table and no line of the log.

Every approach is walked with secrets that can be found again. Bank states are in no table in clear.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cms.log_lines import JsonFormatter, TextFormatter
from spi.answers import Unknown
from spi.types import BankState
from tests.databases import SqliteDatabases
from tests.houses import World, open_world
from tests.http.xs2a.sending import APPROACHES, cancel, path_of, push, start, update
from tests.tpps import PSU_ID, TppClient

PASSWORD, SECOND_PASSWORD = "passWord-7Qz", "seconD-passWord-8Kx"
TAN, CODE, ACCESS_TOKEN = "tan-914Hk2", "cOde-5Tr7Wm", "acCess-tokEn-3Jv"
STATE = "noteD-by-thE-bank-6Pd"
IBANS = ("DE80760700240271232400", "DE69760700240340283600")
SECRETS = (PASSWORD, SECOND_PASSWORD, TAN, CODE, ACCESS_TOKEN, STATE)
NAMED = {"PSU-ID": PSU_ID, "Idempotency-Key": "first"}
PSU_DATA = {"psuData": {"password": PASSWORD, "additionalPassword": SECOND_PASSWORD}}
Walk = Callable[[TppClient], None]


def notes(state: BankState, call: str) -> None:
    state.load()
    state.save(f"{STATE} {call}".encode())


def embedded(tpp: TppClient) -> None:
    made = tpp.initiated(headers=NAMED)
    update(tpp, made.authorisation_path, PSU_DATA)
    wrong = update(tpp, made.authorisation_path, {"scaAuthenticationData": TAN})
    assert wrong.status_int == 200, wrong.text
    again = tpp.initiated(headers={"PSU-ID": PSU_ID})
    key = {"PSU-ID": PSU_ID, "Idempotency-Key": "second"}
    started = start(tpp, again, PSU_DATA, key)
    assert started.status_int == 201, started.text
    tpp.world.bank.executed = Unknown("time-out")
    update(tpp, path_of(started), {"scaAuthenticationData": TAN})
    tpp.get(again.status_path)


def redirect_with_code(tpp: TppClient) -> None:
    made = tpp.initiated(headers=NAMED)
    base = f"/psu-api/v1/payment/{made.payment_id}/authorisation/{made.authorisation_id}/status"
    psu = {"psu-id": PSU_ID}
    body = {"authenticationData": CODE}
    told = tpp.world.cms.put_json(f"{base}/unconfirmed", body, headers=psu, status="*")
    assert told.status_int == 200, told.text
    tpp.get(made.authorisation_path)
    assert update(tpp, made.authorisation_path, {"confirmationCode": CODE}).status_int == 200


def with_token(tpp: TppClient) -> None:
    made = tpp.initiated(headers=NAMED | {"Authorization": f"Bearer {ACCESS_TOKEN}"})
    tpp.get(made.status_path, {"Authorization": f"Bearer {ACCESS_TOKEN}"})
    assert [each.access_token for each in tpp.world.bank.contexts] == [ACCESS_TOKEN] * 3


def cancelled(tpp: TppClient) -> None:
    made = tpp.initiated(headers=NAMED)
    push(tpp.world, made, "ACCP")
    opened = cancel(tpp, made)
    assert opened.status_int == 202, opened.text
    update(tpp, path_of(opened), PSU_DATA, {"PSU-ID": PSU_ID})
    update(tpp, path_of(opened), {"scaAuthenticationData": TAN})


CODES = {
    "authorisationConfirmationRequestMandated": True,
    "authorisationConfirmationCheckByXs2a": True,
}
PRE_STEP = {"scaRedirectFlow": "OAUTH_PRE_STEP"}
MANDATED = {"paymentCancellationAuthorisationMandated": True}
WALKS: dict[str, tuple[Walk, dict[str, Any]]] = {
    "embedded": (embedded, {"common": APPROACHES["EMBEDDED"]}),
    "redirect": (redirect_with_code, {"common": APPROACHES["REDIRECT"] | CODES}),
    "decoupled": (with_token, {"common": APPROACHES["DECOUPLED"]}),
    "OAuth": (with_token, {"common": APPROACHES["OAUTH"] | PRE_STEP}),
    "cancellation": (cancelled, {"common": APPROACHES["EMBEDDED"], "pis": MANDATED}),
}


@pytest.mark.parametrize("walk, profile", WALKS.values(), ids=list(WALKS))
def test_no_secret_is_in_any_table_nor_in_the_log(
    sqlite_databases: SqliteDatabases,
    tmp_path: Path,
    pisp: str,
    caplog: pytest.LogCaptureFixture,
    walk: Walk,
    profile: dict[str, Any],
) -> None:
    caplog.set_level(logging.DEBUG)
    url = sqlite_databases.make()
    with open_world(url, tmp_path, **profile) as world:
        world.bank.notes = notes
        walk(TppClient(world, pisp))
        assert bank_was_told(world)
        assert world.rows()["bank_states"] > 0
        raw = file_bytes(url)
    assert PSU_ID.encode() in raw  # it is the right file
    assert not [secret for secret in SECRETS if secret.encode() in raw]
    assert logged(caplog)
    told = [text for text in logged(caplog) for secret in (*SECRETS, *IBANS) if secret in text]
    assert not told


def bank_was_told(world: World) -> bool:
    """The secrets did go through: the bank got what this walk sends."""
    bank = world.bank
    sent = [each.password for each in bank.credentials]
    sent += [proof.code for _, proof in bank.deeds if hasattr(proof, "code")]
    sent += [each.access_token for each in bank.contexts if each.access_token]
    checked_here = [proof for _, proof in bank.deeds if type(proof).__name__ == "CodeConfirmed"]
    return bool(set(sent) & set(SECRETS) or checked_here)


def file_bytes(url: str) -> bytes:
    """All of the database: its file, and what is not yet moved there."""
    file = Path(url.removeprefix("sqlite:///"))
    return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Every line in both forms."""
    forms = (TextFormatter("XS2A"), JsonFormatter("XS2A"))
    return [form.format(record) for record in caplog.records for form in forms]
