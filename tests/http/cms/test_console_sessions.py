"""The console's door: log-in, sessions, locks, roles and forms."""

from datetime import timedelta
from threading import Thread

import pytest

from cms.domain.operator import IDLE_FOR, LOCKED_FOR, MOST_WRONG_TRIES, SESSION_FOR, OperatorRole
from cms.http.console.gate import csrf_token_for, demand_of
from cms.service.operators import LogIn, OperatorSessions, token_hash_of
from tests.houses import TOKEN, World
from tests.http.cms.operators import (
    BLOCK,
    PASSWORD,
    ConsoleBrowser,
    logged_in,
    operators_of,
    trail_of,
)
from tests.tpps import TppClient
from xs2a.wiring import cms_face, console_rooms

READ, OPERATE = OperatorRole.READ, OperatorRole.OPERATE
TPP = "/tpps/{}?number=PSDDE-BAFIN-100001"


@pytest.fixture
def viewer(world: World) -> ConsoleBrowser:
    return logged_in(world, READ)


@pytest.fixture
def operator(world: World) -> ConsoleBrowser:
    return logged_in(world, OPERATE)


def test_every_route_declares_who_may_use_it(world: World) -> None:
    app = cms_face(world.house)
    routes = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/console")]
    demands = {rule.endpoint: demand_of(app.view_functions[rule.endpoint]) for rule in routes}

    assert len(demands) > 10
    assert {name for name, role in demands.items() if role is None} == {
        "console.log_in.page",
        "console.log_in.enter",
        "console.front.static",
    }
    assert {name for name, role in demands.items() if role is OPERATE} == {
        "console.tpps.block",
        "console.tpps.unblock",
        "console.trail.newest",
    }


def test_nothing_changes_by_get(world: World) -> None:
    changing = {"enter", "leave", "end_others", "block", "unblock"}
    rules = cms_face(world.house).url_map.iter_rules()
    methods = {
        rule.endpoint: rule.methods or set()
        for rule in rules
        if rule.endpoint.startswith("console.") and rule.endpoint.rpartition(".")[2] in changing
    }
    assert {frozenset(each) for each in methods.values()} == {frozenset({"POST", "OPTIONS"})}


@pytest.mark.parametrize(
    "path", ["", "/", "/payments", "/tpps", "/profile", "/trail", "/sessions", "/nowhere"]
)
def test_without_a_session_one_is_led_to_the_log_in(world: World, path: str) -> None:
    answer = ConsoleBrowser(world).get(path, status=303)
    assert answer.location.endswith("/console/log-in")


def test_the_session_is_a_cookie_for_the_console_alone(viewer: ConsoleBrowser) -> None:
    cookie = viewer.log_in("the-read-operator").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/console" in cookie
    assert "Secure" not in cookie  # the sandbox has no TLS


def test_outside_of_the_sandbox_the_cookie_is_for_https_alone(world: World) -> None:
    rooms = console_rooms(world.house)
    assert rooms.secure_cookie is not world.house.settings.sandbox


def test_of_a_session_only_the_hash_is_stored(world: World, viewer: ConsoleBrowser) -> None:
    token = viewer.session_cookie
    assert token
    assert token_hash_of(token) in str(world.everything())
    assert token not in str(world.everything())
    assert PASSWORD not in str(world.everything())


def test_a_session_that_was_planted_is_not_taken(world: World) -> None:
    browser = ConsoleBrowser(world)
    operators_of(world).add("anna", READ, PASSWORD)
    browser.app.set_cookie("console_session", "planted")
    browser.log_in("anna")

    assert browser.session_cookie != "planted"
    assert token_hash_of("planted") not in str(world.all_rows("operator_sessions"))


@pytest.mark.parametrize(
    "used_after, over_after",
    [(timedelta(0), IDLE_FOR), (IDLE_FOR - timedelta(seconds=1), SESSION_FOR)],
    ids=["idle", "in all"],
)
def test_a_session_ends_by_the_clock(
    world: World, viewer: ConsoleBrowser, used_after: timedelta, over_after: timedelta
) -> None:
    if not used_after:
        world.clock.advance(over_after)
    else:
        start = world.clock.now
        while world.clock.now + used_after < start + over_after:
            viewer.get("/payments")
            world.clock.advance(used_after)
        viewer.get("/payments")
        world.clock.now = start + over_after

    assert "Your session has ended" in viewer.get("/payments", status=401).text
    assert viewer.get("/payments", status=303).location.endswith("/log-in")


def test_a_session_that_is_over_is_forgotten_at_the_next_log_in(
    world: World, viewer: ConsoleBrowser
) -> None:
    world.clock.advance(IDLE_FOR)
    ConsoleBrowser(world).log_in(viewer.name)
    assert world.rows()["operator_sessions"] == 1


def test_logging_out_ends_the_session_for_good(world: World, viewer: ConsoleBrowser) -> None:
    token = viewer.session_cookie
    viewer.post("/log-out", {})
    viewer.app.set_cookie("console_session", token)

    assert world.rows()["operator_sessions"] == 0
    viewer.get("/payments", status=401)


def test_one_may_end_ones_other_sessions_and_nobody_elses(
    world: World, viewer: ConsoleBrowser, operator: ConsoleBrowser
) -> None:
    left_behind = ConsoleBrowser(world)
    left_behind.log_in(viewer.name)
    viewer.post("/sessions/end-others", {})

    left_behind.get("/payments", status=401)
    viewer.get("/payments")
    operator.get("/payments")


@pytest.mark.parametrize("change", ["remove", "set_password"])
def test_who_is_removed_or_has_another_password_is_out_at_once(
    world: World, viewer: ConsoleBrowser, change: str
) -> None:
    operators = operators_of(world)
    if change == "remove":
        operators.remove(viewer.name)
    else:
        operators.set_password(viewer.name, "another long password")
    viewer.get("/payments", status=401)


@pytest.mark.parametrize(
    "name, password",
    [("anna", "wrong"), ("nobody", PASSWORD), ("", ""), ("' OR 1=1 --", PASSWORD), ("anna", "")],
)
def test_every_refusal_of_a_log_in_says_the_same(world: World, name: str, password: str) -> None:
    operators_of(world).add("anna", READ, PASSWORD)
    answer = ConsoleBrowser(world).log_in(name, password, status=422)

    assert "Name or password is not right, or there were too many tries." in answer.text
    assert world.rows()["operator_sessions"] == 0


def test_after_too_many_wrong_tries_the_right_password_is_refused_for_a_while(
    world: World,
) -> None:
    operators_of(world).add("anna", READ, PASSWORD)
    browser = ConsoleBrowser(world)
    for _ in range(MOST_WRONG_TRIES):
        browser.log_in("anna", "wrong", status=422)
    browser.log_in("anna", status=422)
    world.clock.advance(LOCKED_FOR - timedelta(seconds=1))
    browser.log_in("anna", "wrong", status=422)  # counts for nothing: the lock is not prolonged
    world.clock.advance(timedelta(seconds=1))
    browser.log_in("anna")


def test_a_right_password_forgets_the_wrong_tries(world: World) -> None:
    operators_of(world).add("anna", READ, PASSWORD)
    for _ in range(3):
        for _ in range(MOST_WRONG_TRIES - 1):
            ConsoleBrowser(world).log_in("anna", "wrong", status=422)
        ConsoleBrowser(world).log_in("anna")


def test_guesses_at_the_same_time_are_all_counted(world: World) -> None:
    operators_of(world).add("anna", READ, PASSWORD)

    def guess() -> None:  # each as at a process of its own: one of them judges one at a time
        sessions = OperatorSessions(world.house.store, world.clock, lambda: "token")
        with pytest.raises(Exception, match="not right"):
            sessions.log_in(LogIn("anna", "wrong"))

    guessing = [Thread(target=guess) for _ in range(MOST_WRONG_TRIES)]
    for each in guessing:
        each.start()
    for each in guessing:
        each.join()
    assert operators_of(world).all()[0].locked(world.clock.now)


def test_a_short_password_is_refused_even_where_it_was_set_in_a_sandbox(world: World) -> None:
    sandbox = operators_of(world)
    sandbox._shortest_password = 1
    sandbox.add("viewer", READ, "12345")
    in_production = OperatorSessions(world.house.store, world.clock, lambda: "token")

    with pytest.raises(Exception, match="not right"):
        in_production.log_in(LogIn("viewer", "12345"))
    console_rooms(world.house).sessions.log_in(LogIn("viewer", "12345"))


@pytest.mark.parametrize("path", [TPP.format("block"), TPP.format("unblock")])
def test_who_may_only_look_may_not_act(
    world: World, viewer: ConsoleBrowser, operator: ConsoleBrowser, path: str
) -> None:
    operator.post(TPP.format("block"), BLOCK)
    before = world.everything()

    assert "You may not do this" in viewer.post(path, BLOCK, status=403).text
    assert world.everything() == before


def test_what_one_may_not_do_is_not_offered(
    viewer: ConsoleBrowser, operator: ConsoleBrowser
) -> None:
    for browser, offered in ((viewer, False), (operator, True)):
        page = browser.get("/tpps/one?number=PSDDE-BAFIN-100001").text
        assert ("Block" in page) is offered
        assert ("/console/trail" in page) is offered
    viewer.get("/trail", status=403)


@pytest.mark.parametrize("token", [None, "", "0" * 64, csrf_token_for("another browser")])
@pytest.mark.parametrize(
    "path", [TPP.format("block"), TPP.format("unblock"), "/log-out", "/sessions/end-others"]
)
def test_a_form_that_is_not_from_here_does_nothing(
    world: World, operator: ConsoleBrowser, path: str, token: str | None
) -> None:
    before = world.everything()
    sent = BLOCK | ({} if token is None else {"csrf_token": token})

    assert "out of date" in operator.app.post(f"/console{path}", sent, status=400).text
    assert world.everything() == before


def test_a_form_of_another_session_does_nothing(
    world: World, operator: ConsoleBrowser, viewer: ConsoleBrowser
) -> None:
    sent = BLOCK | viewer.token()
    operator.app.post(f"/console{TPP.format('block')}", sent, status=400)
    assert world.rows()["tpp_stop_list"] == 0


def test_nobody_is_logged_in_by_a_form_of_another_site(world: World) -> None:
    operators_of(world).add("anna", READ, PASSWORD)
    sent = {"name": "anna", "password": PASSWORD, "csrf_token": csrf_token_for("")}
    browser = ConsoleBrowser(world)

    browser.app.post("/console/log-in", sent, status=400)
    assert browser.session_cookie is None


def test_the_console_does_not_take_the_token_of_the_bank(world: World) -> None:
    browser = ConsoleBrowser(world)
    browser.app.authorization = ("Bearer", TOKEN)
    browser.get("/payments", status=303)


def test_the_other_faces_do_not_take_a_session(
    world: World, operator: ConsoleBrowser, tpp: TppClient
) -> None:
    made = tpp.initiated()
    push = f"/aspsp-api/v1/pis/transaction-status/{made.payment_id}/status/ACSC"
    cookie = {"Cookie": f"console_session={operator.session_cookie}"}
    for path in (push, "/console-of-another-kind"):
        answer = operator.app.put(path, headers=cookie, status=401)
        assert answer.json == {"message": "A bearer token of the bank is needed."}


def test_what_is_done_is_in_the_trail(world: World, operator: ConsoleBrowser) -> None:
    operator.post(TPP.format("block"), BLOCK)
    operator.post(TPP.format("unblock"), {"reason": "They mended it"})
    operator.post("/sessions/end-others", {})
    ConsoleBrowser(world).log_in(operator.name, "wrong", status=422)
    page = operator.get("/trail").text
    operator.post("/log-out", {})

    name, number = operator.name, "PSDDE-BAFIN-100001"
    assert trail_of(world) == [
        ("command line", "added operator", name, None),
        (name, "logged in", None, None),
        (name, "blocked TPP", number, "It floods us"),
        (name, "unblocked TPP", number, "They mended it"),
        (name, "ended other sessions", None, None),
        (name, "log-in refused", None, None),
        (name, "logged out", None, None),
    ]
    assert all(text in page for text in ("It floods us", "They mended it", "log-in refused"))


def test_the_trail_is_read_page_by_page(world: World, operator: ConsoleBrowser) -> None:
    for number in range(60):
        operator.post(f"/tpps/block?number=N{number}", BLOCK)
    first = operator.get("/trail")
    second = first.click("Older")
    pages = [page.text for page in (first, second)]

    for number in range(60):
        assert sum(f">N{number}<" in page for page in pages) == 1
    assert "Older" not in second.text
    assert ">N59<" not in operator.get("/trail?operator=somebody-else").text


@pytest.mark.parametrize(
    "path, status",
    [("/nowhere", 404), ("/payments/nothing", 404), ("/payments?tenant=none", 404)],
)
def test_errors_are_pages_of_the_console(viewer: ConsoleBrowser, path: str, status: int) -> None:
    answer = viewer.get(path, status=status)
    assert answer.content_type == "text/html"
    assert "Not found" in answer.text
    assert 'href="/console/payments"' in answer.text


@pytest.mark.parametrize("path", ["/log-in", "/payments", "/static/console.css", "/nowhere"])
def test_pages_are_closed_to_scripts_frames_and_caches(viewer: ConsoleBrowser, path: str) -> None:
    headers = viewer.app.get(f"/console{path}", status="*").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def test_a_database_that_does_not_answer_is_a_page_too(
    world: World, viewer: ConsoleBrowser
) -> None:
    world.rename_table("operator_sessions", "away")
    answer = viewer.get("/payments", status=503)
    assert "The database does not answer" in answer.text
