"""Operators of the tests, and a browser with which one of them uses the console."""

from dataclasses import dataclass, field
from typing import Any

import webtest

from cms.domain.operator import OperatorRole
from cms.service.operators import Operators
from tests.houses import World

PASSWORD = "a long enough password"
BLOCK = {"period": "1 day", "reason": "It floods us"}


# What a hash costs is told by itself, and shown once; elsewhere it only takes time.
CHEAP = "scrypt:128:8:1"


def operators_of(world: World, *, hashing: str = CHEAP) -> Operators:
    """The same as at the command line, but for what a hash of their passwords costs."""
    return Operators(world.house.store, world.clock, shortest_password=12, hashing=hashing)


@dataclass(repr=False)
class ConsoleBrowser:
    """A browser of its own at the CMS of the world, with the cookies that it was given."""

    world: World
    name: str = ""
    app: Any = field(init=False)

    def __post_init__(self) -> None:
        self.app = webtest.TestApp(self.world.cms.app)

    def get(self, path: str, status: int = 200) -> Any:
        return self.app.get(f"/console{path}", status=status)

    def post(self, path: str, form: dict[str, str], status: int = 303) -> Any:
        """Send a form from a page of the console's."""
        return self.app.post(f"/console{path}", self.token() | form, status=status)

    def token(self, page: str = "/sessions") -> dict[str, str]:
        """What the forms of this browser's pages carry."""
        shown = self.app.get(f"/console{page}", status="*")
        return {"csrf_token": shown.forms[0]["csrf_token"].value}

    def log_in(self, name: str, password: str = PASSWORD, status: int = 303) -> Any:
        form = self.get("/log-in").forms[0]
        form["name"], form["password"] = name, password
        self.name = name
        return form.submit(status=status)

    @property
    def session_cookie(self) -> str | None:
        value: str | None = self.app.cookies.get("console_session")
        return value


def logged_in(world: World, role: OperatorRole, name: str = "") -> ConsoleBrowser:
    """A new operator of this role at the console."""
    name = name or f"the-{role}-operator"
    operators_of(world).add(name, role, PASSWORD)
    browser = ConsoleBrowser(world)
    browser.log_in(name)
    return browser


def trail_of(world: World) -> list[tuple[str, str, str | None, str | None]]:
    """Operator, deed, subject and reason, the oldest first."""
    rows = world.all_rows("operator_actions")
    return [(row[2], row[3], row[5], row[6]) for row in rows]
