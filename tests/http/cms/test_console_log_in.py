"""What a log-in at the console costs, which anybody may ask for: bounded work, bounded traces."""

from threading import Lock

import pytest

from cms.domain.operator import MOST_WRONG_TRIES, OperatorRole
from cms.service.operators import HASHING, NOBODYS_HASH, NOW_LOCKED
from tests.houses import World
from tests.http.cms.operators import PASSWORD, ConsoleBrowser, operators_of, trail_of
from xs2a.wiring import open_operators

READ = OperatorRole.READ


def test_an_unknown_name_costs_what_a_known_one_does(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The same hashing: the time tells little. The name is kept nowhere."""
    with open_operators(world.house.settings) as operators:
        added = operators.add("anna", READ, PASSWORD)
    cost = added.password_hash.partition("$")[0]

    assert cost == HASHING == "scrypt:32768:8:1"
    assert NOBODYS_HASH.startswith(f"{cost}$")
    assert len(NOBODYS_HASH) == len(added.password_hash)
    ConsoleBrowser(world).log_in("anna")
    before = world.everything()
    ConsoleBrowser(world).log_in("my password by mistake", status=422)
    assert world.everything() == before
    assert "nobody has that name" in caplog.text
    assert "by mistake" not in caplog.text


def test_passwords_are_judged_one_at_a_time(world: World) -> None:
    operators_of(world).add("anna", READ, PASSWORD)
    browser = ConsoleBrowser(world)
    before = world.everything()
    judging: Lock = browser.app.app.extensions["console"].sessions._hashing
    for name in ("anna", "nobody"):
        with judging:
            answer = browser.log_in(name, status=429)
        assert "The console is busy. Please try again." in answer.text
        assert answer.forms[0]["name"].value == name
    assert world.everything() == before
    browser.log_in("anna")


def test_a_locked_name_costs_no_hash_and_leaves_no_more_lines(world: World) -> None:
    operators_of(world).add("anna", READ, PASSWORD)
    browser = ConsoleBrowser(world)
    for _ in range(MOST_WRONG_TRIES):
        browser.log_in("anna", "wrong", status=422)
    refused = ("anna", "log-in refused", None)
    assert trail_of(world)[1:] == [
        *[(*refused, None)] * (MOST_WRONG_TRIES - 1),
        (*refused, NOW_LOCKED),
    ]
    before = world.everything()
    with browser.app.app.extensions["console"].sessions._hashing:
        browser.log_in("anna", status=422)
    assert world.everything() == before
