"""The pages of the online banking, each with the way to it; one table for all tests on pages."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import orders
from tests.browser.visiting import (
    CREDIT_TRANSFER,
    DECOUPLED,
    DORA,
    JOINT,
    MAX,
    TO_CANCEL,
    Visit,
)


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


def bulk(visit: Visit) -> None:
    visit.page.goto(visit.initiate_order(orders.bulk(requestedExecutionDate=orders.DAY)))
    visit.log_in("anton.brueckner")


def standing_order(visit: Visit) -> None:
    visit.page.goto(visit.initiate_order(orders.rent()))
    visit.log_in("anton.brueckner")


def cancellation(visit: Visit) -> None:
    visit.page.goto(visit.initiate(TO_CANCEL, path=CREDIT_TRANSFER))
    visit.log_in("anton.brueckner")
    visit.enter_tan(button="Pay 666.08 EUR")
    visit.page.goto(visit.cancel())
    visit.log_in("anton.brueckner")


def one_more(visit: Visit) -> None:
    """Where several have to authorise, the TPP starts an authorisation for each."""
    visit.initiate(JOINT)
    visit.page.goto(visit.start())
    visit.log_in("g.manager")
    visit.enter_tan()


def two_people(visit: Visit) -> None:
    one_more(visit)
    visit.page.goto(visit.start())
    visit.log_in("sc.manager")


def in_app(visit: Visit) -> None:
    visit.arrive(DORA)
    visit.log_in("dora.push")
    visit.page.get_by_label("Approve in the banking app").check()
    visit.press("Go on")
    hold(visit)


def phone_log_in(visit: Visit) -> None:
    visit.page.goto(f"{visit.server.bank}/phone")


def phone(visit: Visit) -> None:
    """With one request, whatever other tests have left there."""
    clear_phone(visit)
    visit.ask_in_app(DORA)
    visit.follow("Look again")
    hold(visit)


def phone_bulk(visit: Visit) -> None:
    """Names and amounts as long as they may be, and all of them shown."""
    clear_phone(visit)
    names = (*orders.NAMES[1:], orders.LONG_NAME)
    visit.initiate_order(
        orders.bulk(orders.DORA, names, cents=9_999_999_999_800), headers=DECOUPLED
    )
    visit.follow("Look again")
    visit.follow("Show the other 2 payments")
    expect(visit.page.locator("meta[http-equiv=refresh]")).to_have_count(0)


def clear_phone(visit: Visit) -> None:
    visit.open_phone()
    while visit.button("Decline").count():
        with visit.page.expect_navigation():
            visit.button("Decline").first.click()
        visit.follow("What waits for you")


def phone_empty(visit: Visit) -> None:
    visit.open_phone("anton.brueckner")
    hold(visit)


def code(visit: Visit) -> None:
    with visit.server.profile_with(authorisationConfirmationRequestMandated=True):
        visit.page.goto(visit.initiate(headers={"TPP-Redirect-URI": "tel:1"}))
        visit.log_in("anton.brueckner")
        visit.enter_tan()


def access(visit: Visit) -> None:
    """A TPP asks to initiate payments, by OAuth before any payment."""
    with visit.server.profile_with(scaRedirectFlow="OAUTH_PRE_STEP"):
        visit.server.tpp("GET", "/.well-known/oauth-authorization-server")
        visit.page.goto(visit.asks("PIS", f"{visit.server.bank}/tpp/ok"))
        visit.log_in("anton.brueckner")


def hold(visit: Visit) -> None:
    """Keep a page that would look again by itself in a moment, once it has all that it needs:
    stopped before that, it would never count as loaded.
    """
    expect(visit.page.locator("meta[http-equiv=refresh]")).to_have_count(1)
    visit.page.wait_for_load_state()
    visit.page.evaluate("window.stop()")


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
    "bulk": bulk,
    "standing-order": standing_order,
    "cancellation": cancellation,
    "two-people": two_people,
    "one-more": one_more,
    "in-app": in_app,
    "phone-log-in": phone_log_in,
    "phone": phone,
    "phone-bulk": phone_bulk,
    "phone-empty": phone_empty,
    "code": code,
    "access": access,
}
