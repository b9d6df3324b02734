"""The pages of the operators' console, each with the way to it."""

from collections.abc import Callable

from tests.browser.visiting import CREDIT_TRANSFER, MARION, Visit

OTHER_TPP = "PSDDE-BAFIN-999999"


def open_console(visit: Visit, path: str = "/") -> None:
    visit.page.goto(f"{visit.server.cms}/console{path}")


def log_in(visit: Visit, name: str = "operator", password: str = "12345") -> None:
    open_console(visit)
    visit.page.get_by_label("Name").fill(name)
    visit.page.get_by_label("Password").fill(password)
    visit.press("Log in")


def log_in_page(visit: Visit) -> None:
    open_console(visit)


def wrong_password(visit: Visit) -> None:
    log_in(visit, password="wrong")


def some_payments(visit: Visit) -> None:
    """One that was settled, one that waits for its PSU, one of somebody else's."""
    visit.initiate(MARION, path=CREDIT_TRANSFER)
    visit.arrive()
    visit.log_in("anton.brueckner")
    visit.enter_tan()
    visit.initiate()


def payments(visit: Visit) -> None:
    some_payments(visit)
    log_in(visit)


def nothing_fits(visit: Visit) -> None:
    log_in(visit)
    open_console(visit, "/payments?psu=nobody")


def not_understood(visit: Visit) -> None:
    log_in(visit)
    open_console(visit, "/payments?since=yesterday")


def payment(visit: Visit) -> None:
    visit.arrive()
    visit.log_in("anton.brueckner")
    visit.enter_tan()
    visit.server.tpp("GET", visit.links["status"]["href"])
    payment_id = visit.links["self"]["href"].rpartition("/")[2]
    log_in(visit)
    visit.page.get_by_label("Payment, authorisation or bank reference").fill(payment_id)
    visit.press("Search")
    visit.follow(payment_id)


def tpps(visit: Visit) -> None:
    visit.initiate()
    blocked(visit)
    visit.follow("TPPs")


def tpp(visit: Visit) -> None:
    """One that has called; the look at it changes nothing."""
    visit.initiate()
    log_in(visit)
    visit.follow("TPPs")
    visit.page.get_by_role("table", name="TPPs that have called").get_by_role("link").first.click()
    visit.page.wait_for_load_state()


def blocked(visit: Visit) -> None:
    log_in(visit)
    open_console(visit, f"/tpps/one?number={OTHER_TPP}")
    if visit.button("Let in again").count():
        visit.page.get_by_label("Reason").fill("For a new try")
        visit.press("Let in again")
    visit.page.get_by_label("For how long").select_option("7 days")
    visit.page.get_by_label("Reason").fill("Its certificate was reported as stolen")
    visit.press("Block")


def profile(visit: Visit) -> None:
    log_in(visit)
    visit.follow("Profile")


def profile_changed(visit: Visit) -> None:
    """The keys that the bank has set, and one that a debug request has."""
    log_in(visit)
    with visit.server.profile_with(redirectUrlExpirationTimeMs=120_000):
        open_console(visit, "/profile?changed=on")


def jobs(visit: Visit) -> None:
    log_in(visit)
    visit.follow("Jobs")


def trail(visit: Visit) -> None:
    payment(visit)
    visit.follow("Trail")


def sessions(visit: Visit) -> None:
    log_in(visit)
    visit.page.context.clear_cookies()
    log_in(visit)
    visit.page.get_by_role("link", name="operator", exact=True).click()
    visit.page.wait_for_load_state()


def forbidden(visit: Visit) -> None:
    log_in(visit, "viewer")
    open_console(visit, "/trail")


def not_found(visit: Visit) -> None:
    log_in(visit)
    open_console(visit, "/payments/nothing")


def session_ended(visit: Visit) -> None:
    log_in(visit)
    kept = {each["name"]: each["value"] for each in visit.page.context.cookies()}
    visit.button("Log out").click()
    visit.page.wait_for_load_state()
    visit.page.context.add_cookies(
        [{"name": "console_session", "value": kept["console_session"], "url": visit.server.cms}]
    )
    open_console(visit)


STATIONS: dict[str, Callable[[Visit], None]] = {
    "log-in": log_in_page,
    "wrong-password": wrong_password,
    "payments": payments,
    "nothing-fits": nothing_fits,
    "not-understood": not_understood,
    "payment": payment,
    "tpps": tpps,
    "tpp": tpp,
    "blocked": blocked,
    "profile": profile,
    "profile-changed": profile_changed,
    "jobs": jobs,
    "trail": trail,
    "sessions": sessions,
    "forbidden": forbidden,
    "not-found": not_found,
    "session-ended": session_ended,
}
