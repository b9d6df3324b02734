"""What the console's pages show: the right rows, of one tenant, escaped, whoever wrote them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cms.domain.errors import BeingCarriedOut
from cms.domain.ids import DEFAULT_TENANT
from cms.domain.intent import Deed
from cms.domain.job_run import JobLease, JobRun
from cms.domain.operator import OperatorRole
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.http.console.payments import FIELDS, LINES
from cms.service.events import MOST_READS
from cms.service.intents import Subject, Told
from sandbox.certificates import SandboxQtsp, TppFacts
from spi.answers import Done
from spi.types import Initiated
from tests.houses import NOW, World, certificate, open_world
from tests.http.cms.operators import BLOCK, ConsoleBrowser, logged_in, trail_of
from tests.http.conftest import OpenHouse
from tests.tpps import PSU_ID, TppClient

HOSTILE = "<script>alert('x')</script>\"'&"
NUMBER = "PSDDE-BAFIN-100001"


@pytest.fixture
def desk(world: World) -> ConsoleBrowser:
    return logged_in(world, OperatorRole.OPERATE)


def found(answer: Any) -> list[str]:
    """The payments of a page of the search, in its order."""
    return [link.text for link in answer.html.select("tbody a.id")]


def initiated(tpp: TppClient, **headers: str) -> str:
    payment_id: str = tpp.initiated(headers={"PSU-ID": PSU_ID, **headers}).payment_id
    return payment_id


def test_a_payment_is_found_by_all_that_the_bank_knows_of_it(
    world: World, tpp: TppClient, desk: ConsoleBrowser
) -> None:
    world.bank.initiated = Done(
        Initiated(TransactionStatus.RCVD, bank_reference="REF-1", aspsp_account_id="ACC-1")
    )
    made = tpp.initiated(headers={"PSU-ID": "marion.mueller"})
    authorisation_id = world.all_rows("authorisations")[0][0]
    world.bank.initiated = Done(Initiated(TransactionStatus.ACCP))
    world.clock.advance(timedelta(minutes=10))
    initiated(tpp)

    for query in (
        f"key={made.payment_id}",
        f"key={authorisation_id}",
        "key=REF-1",
        "account=ACC-1",
        "psu=marion.mueller",
        "status=RCVD",
        f"before={NOW + timedelta(minutes=1):%Y-%m-%dT%H:%M}",
        f"tpp={NUMBER}&status=RCVD&sca_status=psuIdentified&since=2026-03-02T10:30",
    ):
        assert found(desk.get(f"/payments?{query}")) == [made.payment_id], query
    assert len(found(desk.get("/payments"))) == 2
    for query in ("key=nothing", "psu=nobody", "tpp=nobody", "since=2099-01-01T00:00"):
        assert "No payment fits" in desk.get(f"/payments?{query}").text


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "before=0001-01-01T00:00", "status=PAID", "psu=" + "x" * 501, "key=%00"],
)
def test_what_makes_no_sense_is_said_beside_the_form(desk: ConsoleBrowser, query: str) -> None:
    answer = desk.get(f"/payments?{query}", status=422)
    assert "There is a problem" in answer.text
    assert answer.html.title.text.startswith("Error: ")


@pytest.mark.parametrize("name", ["_external", "_scheme", "_anchor", "_method"])
def test_the_address_of_older_ones_is_made_of_the_form_only(
    tpp: TppClient, desk: ConsoleBrowser, name: str
) -> None:
    made = [initiated(tpp) for _ in range(LINES + 2)]
    first = desk.get(f"/payments?psu={PSU_ID}&{name}=https://evil.example")
    second = first.click("Older")

    assert found(first) + found(second) == made[::-1]
    assert "evil" not in first.text
    assert not second.html.find("a", string="Older")


def test_a_payment_tells_what_has_happened_to_it(
    world: World, tpp: TppClient, desk: ConsoleBrowser
) -> None:
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    push = f"/aspsp-api/v1/pis/transaction-status/{made.payment_id}/status/ACSC"
    world.cms.put(push)
    page = desk.get(f"/payments/{made.payment_id}")
    story = page.html.select_one(".timeline").get_text(" ", strip=True)
    facts = page.html.get_text(" ", strip=True)

    for told in ("12.50 EUR", "Marion Mueller", "DE69760700240340283600", PSU_ID, NUMBER):
        assert told in facts
    places = [
        story.index(told)
        for told in (
            "Payment initiation",
            "Bank: initiate payment",
            "Authorisation of the payment started: redirect",
            "Payment: RCVD to ACSC",
            "aspsp pushed, by the bank",
        )
    ]
    assert places == sorted(places)
    assert trail_of(world)[-1] == (desk.name, "looked at payment", made.payment_id, None)


@pytest.mark.parametrize("over", [0, 1])
def test_a_timeline_says_when_requests_are_left_out(
    world: World, tpp: TppClient, desk: ConsoleBrowser, over: int
) -> None:
    made = tpp.initiated()
    for _ in range(MOST_READS + over):
        tpp.get(made.path)
    page = desk.get(f"/payments/{made.payment_id}")

    assert page.text.count("Get payment") == MOST_READS
    assert "Payment initiation" in page.text
    assert ("older requests that only asked are left out" in page.text) is (over > 0)


def test_what_the_bank_has_replaced_is_told(
    world: World, tpp: TppClient, desk: ConsoleBrowser
) -> None:
    made = tpp.initiated()
    payments = world.house.parts.payments
    body = payments.body(payments.find(made.payment_id, DEFAULT_TENANT))
    other = body.replace(b"Marion Mueller", b"Marion M.")
    world.cms.put(
        f"/psu-api/v1/payment{made.path.removeprefix('/v1')}",
        other,
        {"Content-Type": "application/json"},
    )
    state = f"/psu-api/v1/aspsp-consent-data/consents/{made.payment_id}"
    world.cms.put_json(state, {"aspspConsentDataBase64": "bm90ZQ=="})
    story = desk.get(f"/payments/{made.payment_id}").html.select_one(".timeline")
    told = story.get_text(" ", strip=True)

    assert "Order replaced by the online banking sha256Before: " in told
    assert f"bytesBefore: {len(body)}, bytesAfter: {len(other)}" in told
    assert "Bank state changed by the online banking stored: True" in told


def test_an_open_bank_intent_is_shown(world: World, tpp: TppClient, desk: ConsoleBrowser) -> None:
    made = tpp.initiated()
    assert "nothing at present" in desk.get(f"/payments/{made.payment_id}").text
    parts = world.house.parts
    payment = parts.payments.find(made.payment_id, DEFAULT_TENANT)
    parts.intents.open(
        Subject(payment), Deed.CANCEL, intent_id="an-intent", sca_status=ScaStatus.FINALISED
    )

    text = desk.get(f"/payments/{made.payment_id}").html.get_text(" ", strip=True)
    assert "cancel since 2026-03-02 10:30:00 ; its answer is not known yet" in text
    assert "About to ask the bank to cancel" in text
    told = world.cms.put(
        f"/psu-api/v1/payment/{made.payment_id}/status/ACSC", headers={"psu-id": PSU_ID}, status=409
    )
    assert told.json == {"message": BeingCarriedOut.text}


def test_a_deed_that_the_status_denies_is_shown(
    world: World, tpp: TppClient, desk: ConsoleBrowser
) -> None:
    made = tpp.initiated()
    parts = world.house.parts
    payment = parts.payments.find(made.payment_id, DEFAULT_TENANT)
    intent = parts.intents.open(
        Subject(payment), Deed.CANCEL, intent_id="an-intent", sca_status=ScaStatus.FINALISED
    )
    world.cms.put(f"/aspsp-api/v1/pis/transaction-status/{made.payment_id}/status/ACSC")
    parts.intents.done(intent, Told(TransactionStatus.CANC))

    text = desk.get(f"/payments/{made.payment_id}").html.get_text(" ", strip=True)
    assert "Asked to cancel, the bank says CANC" in text


def test_a_look_that_cannot_be_kept_shows_nothing(
    world: World, tpp: TppClient, desk: ConsoleBrowser
) -> None:
    made = tpp.initiated()
    world.rename_table("operator_actions", "away")
    assert "Marion" not in desk.get(f"/payments/{made.payment_id}", status=503).text


def test_the_list_tells_neither_amounts_nor_accounts(tpp: TppClient, desk: ConsoleBrowser) -> None:
    tpp.initiated()
    page = desk.get("/payments").text
    assert not [told for told in ("12.50", "DE697607", "DE807607", "Marion") if told in page]


def test_a_tenant_is_chosen_and_shows_its_own_rows_only(open_house: OpenHouse, pisp: str) -> None:
    """An operator of the bank sees every tenant, one at a time."""
    world = open_house(tenants={"one": {}, "two": {}})
    tpp, desk = TppClient(world, pisp), logged_in(world, OperatorRole.OPERATE)
    made = {name: initiated(tpp, **{"Instance-ID": name}) for name in ("one", "two")}
    desk.post(f"/tpps/block?number={NUMBER}&tenant=one", BLOCK)

    assert found(desk.get("/payments")) == []
    for name, other in (("one", "two"), ("two", "one")):
        assert found(desk.get(f"/payments?tenant={name}")) == [made[name]]
        assert found(desk.get(f"/payments?tenant={name}&key={made[other]}")) == []
        desk.get(f"/payments/{made[name]}?tenant={name}")
        desk.get(f"/payments/{made[name]}?tenant={other}", status=404)
        desk.get(f"/payments/{made[name]}", status=404)
        blocked = "It floods us" in desk.get(f"/tpps?tenant={name}").text
        assert blocked is (name == "one")
    assert [line[2] for line in trail_of(world)[-2:]] == [made["one"], made["two"]]
    for path in ("/payments", "/tpps", "/tpps/one", "/profile"):
        desk.get(f"{path}?number=N&tenant=three", status=404)


@pytest.fixture
def hostile(qtsp: SandboxQtsp) -> str:
    """The certificate of a TPP that is called like an attack."""
    facts = TppFacts(
        authorisation_number="PSDDE-BAFIN-<b>",
        name=HOSTILE,
        authority_id="DE-BAFIN",
        authority_name="<i>authority</i>",
        roles=("PSP_PI",),
        domains=("pay.example",),
    )
    return certificate(qtsp, facts)


def test_what_others_have_written_is_text_and_nothing_else(
    world: World, hostile: str, desk: ConsoleBrowser
) -> None:
    body = {
        "debtorAccount": {"iban": "DE80760700240271232400"},
        "instructedAmount": {"currency": "EUR", "amount": "1.00"},
        "creditorAccount": {"iban": "DE69760700240340283600"},
        "creditorName": "<b>Mallory</b>",
        "remittanceInformationUnstructured": "<img src=x>",
    }
    world.bank.initiated = Done(Initiated(TransactionStatus.RCVD, bank_reference="<u>ref</u>"))
    made = TppClient(world, hostile).initiated(body, headers={"PSU-ID": "<s>psu</s>"})
    desk.post("/tpps/block?number=%3Cb%3E", {"period": "1 day", "reason": HOSTILE})
    ConsoleBrowser(world).log_in(HOSTILE, status=422)
    pages = [
        desk.get(path).text
        for path in (
            "/payments",
            f"/payments/{made.payment_id}",
            "/payments?psu=%3Cs%3Epsu%3C/s%3E",
            "/payments?key=%22%3E%3Cscript%3E",
            "/tpps",
            "/tpps/one?number=PSDDE-BAFIN-%3Cb%3E",
            "/tpps/one?number=%3Cb%3E",
            "/trail",
        )
    ]

    for page in pages:
        for raw in ("<script", "<img src=x", "<b>", "<s>", "<u>", "<i>"):
            assert raw not in page
    assert sum("&lt;script&gt;alert(" in page for page in pages) >= 5


def test_a_tpp_can_be_blocked_before_it_has_ever_called(
    world: World, tpp: TppClient, desk: ConsoleBrowser
) -> None:
    assert "It has not called yet" in desk.get(f"/tpps/one?number={NUMBER}").text
    desk.post(f"/tpps/block?number={NUMBER}", BLOCK)
    world.clock.advance(timedelta(seconds=2))

    assert tpp.post().status_int == 401
    desk.post(f"/tpps/unblock?number={NUMBER}", {"reason": "They mended it"})
    world.clock.advance(timedelta(seconds=2))
    assert tpp.post().status_int == 201
    assert "They mended it" in desk.get("/tpps").text


@pytest.mark.parametrize(
    "action, form",
    [
        ("block", {"period": "1 day"}),
        ("block", {"period": "1 day", "reason": "  "}),
        ("block", {"period": "for ever", "reason": "why"}),
        ("block", {"period": "1 day", "reason": "x" * 501}),
        ("unblock", {}),
    ],
)
def test_nothing_is_done_without_a_reason_and_a_period(
    world: World, desk: ConsoleBrowser, action: str, form: dict[str, str]
) -> None:
    before = world.rows()
    answer = desk.post(f"/tpps/{action}?number={NUMBER}", form, status=422)
    assert "There is a problem" in answer.text
    assert world.rows() == before


def test_who_was_never_blocked_cannot_be_unblocked(world: World, desk: ConsoleBrowser) -> None:
    desk.post(f"/tpps/unblock?number={NUMBER}", {"reason": "why not"}, status=404)
    assert not [line for line in trail_of(world) if line[1] == "unblocked TPP"]


PARAMETERS = {
    "/payments": FIELDS,
    "/payments/%00": ("tenant",),
    "/tpps": ("tenant", "after", "authority"),
    "/tpps/one": ("tenant", "number"),
    "/profile": ("tenant", "changed"),
    "/jobs": ("job",),
    "/trail": ("before", "operator"),
}


def test_a_nul_in_an_address_is_no_failure_on_any_database(
    database_url: str, tmp_path: Path
) -> None:
    with open_world(database_url, tmp_path) as world:
        desk = logged_in(world, OperatorRole.OPERATE)
        found = {
            f"{path}?{name}": desk.app.get(f"/console{path}?{name}={value}", status="*").status_int
            for path, names in PARAMETERS.items()
            for name in names
            for value in ("%00", "a%00b")
        }
    harmless = {"/profile?changed": 200, "/jobs?job": 200}
    assert {name: status for name, status in found.items() if status == 200} == harmless
    assert set(found.values()) == {200, 400, 404, 422}


@pytest.mark.parametrize("number", ["", "x" * 501, "%00", "a%0Ab"])
def test_a_number_that_cannot_be_one_is_not_found(desk: ConsoleBrowser, number: str) -> None:
    desk.get(f"/tpps/one?number={number}", status=404)


def test_the_trail_and_the_block_are_one_transaction(world: World, desk: ConsoleBrowser) -> None:
    token = desk.token()
    world.rename_table("operator_actions", "away")
    desk.app.post(f"/console/tpps/block?number={NUMBER}", BLOCK | token, status=503)
    assert world.all_rows("tpp_stop_list") == []


def test_the_profile_tells_where_each_value_is_from(
    open_house: OpenHouse,
) -> None:
    world = open_house(common={"redirectUrlExpirationTimeMs": 4711})
    desk = logged_in(world, OperatorRole.READ)
    settings = world.cms.get("/api/v1/aspsp-profile").json
    settings["pis"]["maxTransactionValidityDays"] = 7
    world.cms.put_json("/api/v1/aspsp-profile/for-debug/aspsp-settings", settings)
    page = desk.get("/profile")
    rows = {
        row.th.code.text: (row.select_one(".value").text, row.select_one(".badge").text)
        for row in page.html.select("table.keys tbody tr")
    }

    assert rows["redirectUrlExpirationTimeMs"] == ("4711", "file")
    assert rows["maxTransactionValidityDays"] == ("7", "debug change")
    assert rows["authorisationExpirationTimeMs"] == ("86400000", "default")
    assert "authorisationExpirationTimeMs" not in desk.get("/profile?changed=on").text


def test_jobs_are_shown_with_their_last_runs(world: World, desk: ConsoleBrowser) -> None:
    with world.house.store.writing() as uow:
        uow.jobs.take(JobLease("expire-payments", "node-1", NOW + timedelta(minutes=5)), NOW)
        uow.jobs.note(JobRun("1", "expire-payments", "node-1", NOW, NOW, 12, 0))
        uow.jobs.note(JobRun("2", "purge", "node-2", NOW, None, 0, 3, "the bank is silent"))
    page = desk.get("/jobs")
    text = page.html.get_text(" ", strip=True)

    for told in (
        "expire-payments",
        "runs",
        "node-1",
        "12",
        "purge",
        "not yet",
        "the bank is silent",
    ):
        assert told in text
    assert "purge" not in page.click("expire-payments", index=0).text
