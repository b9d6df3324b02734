"""The CMS as one web app: its faces, their errors, the bank's token before them."""

from flask import Flask

from cms.http.admin.profile import profile_blueprints
from cms.http.aspsp.events import aspsp_events
from cms.http.aspsp.export import aspsp_export
from cms.http.aspsp.payments import aspsp_payments
from cms.http.aspsp.tpps import aspsp_tpps
from cms.http.caller import demand_token
from cms.http.console import console_pages
from cms.http.console.rooms import ConsoleRooms
from cms.http.errors import register_error_handlers
from cms.http.metrics import metrics_page
from cms.http.observing import observe_requests
from cms.http.psu.access import psu_access
from cms.http.psu.bank_state import psu_bank_state
from cms.http.psu.payments import psu_payments
from cms.http.published import health_and_docs
from cms.http.rooms import Rooms
from cms.store.unit_of_work import Store

MAX_BODY_BYTES = 2 * 1024 * 1024  # what the TPP's side takes, the bank may replace


def create_app(
    rooms: Rooms,
    store: Store,
    *,
    console: ConsoleRooms,
    tokens: tuple[str, ...],
    metrics_tokens: tuple[str, ...],
    sandbox: bool,
) -> Flask:
    """Put the faces together. Without `tokens` everybody may call (sandbox mode only); the
    `metrics_tokens` are for the metrics alone.
    """
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # the redirect would be an HTML page of the framework's
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions["cms"] = rooms
    app.extensions["console"] = console
    observe_requests(app, "CMS")  # before the token is asked for: refused calls count as well
    demand_token(app, tokens, metrics_tokens)
    register_error_handlers(app)
    psu = (psu_payments, psu_access, psu_bank_state)
    aspsp = (aspsp_payments, aspsp_export, aspsp_tpps, aspsp_events)
    described = (*psu, *aspsp, *profile_blueprints(rooms.profiles, sandbox))
    for blueprint in described:
        app.register_blueprint(blueprint)
    app.register_blueprint(metrics_page)
    title = "Consent management of the XS2A server"
    app.register_blueprint(health_and_docs(store.answers, title=title, described=described))
    app.register_blueprint(console_pages)
    return app
