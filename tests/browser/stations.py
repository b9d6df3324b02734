"""The pages of the online banking, each with the way to it; one table for all tests on pages."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.visiting import MAX, Visit


def log_in(visit: Visit) -> None:
    visit.arrive()


def wrong_password(visit: Visit) -> None:
    visit.arrive()
    visit.log_in("anton.brueckner", "wrong")


def payment_with_tan(visit: Visit) -> None:
    visit.arrive()
    visit.log_in("anton.brueckner")


def two_methods(visit: Visit) -> None:
    visit.arrive(MAX)
    visit.log_in("max.musterman")


def wrong_tan(visit: Visit) -> None:
    payment_with_tan(visit)
    visit.enter_tan("000000")


def blocked(visit: Visit) -> None:
    payment_with_tan(visit)
    for _ in range(3):
        visit.enter_tan("000000")


def back_at_the_tpp(visit: Visit) -> None:
    payment_with_tan(visit)
    visit.enter_tan()
    expect(visit.page).to_have_url(f"{visit.server.bank}/tpp/ok")


def expired(visit: Visit) -> None:
    with visit.server.profile_with(redirectUrlExpirationTimeMs=1):
        link = visit.initiate()
    visit.page.goto(link)


def front_page(visit: Visit) -> None:
    visit.page.goto(visit.server.bank)


def accounts(visit: Visit) -> None:
    front_page(visit)
    visit.log_in("anton.brueckner")


def long_names(visit: Visit) -> None:
    """As long as the standard lets them be."""
    name = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesell"[:70]
    visit.arrive(
        {
            "creditorName": name,
            "remittanceInformationUnstructured": "W" * 140,
            "instructedAmount": {"currency": "EUR", "amount": "99999999999.99"},
        }
    )
    visit.log_in("anton.brueckner")


Station = Callable[[Visit], None]

STATIONS: dict[str, Station] = {
    "log-in": log_in,
    "wrong-password": wrong_password,
    "payment-with-tan": payment_with_tan,
    "two-methods": two_methods,
    "wrong-tan": wrong_tan,
    "blocked": blocked,
    "back-at-the-tpp": back_at_the_tpp,
    "expired": expired,
    "front-page": front_page,
    "accounts": accounts,
    "long-names": long_names,
}
