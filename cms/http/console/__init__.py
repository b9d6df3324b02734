"""The operators' console: pages on which the bank's people see and steer payments and TPPs."""

from typing import Any

from flask import Blueprint, g

from cms.http.console.front import front
from cms.http.console.gate import check_request, csrf_token, secure
from cms.http.console.jobs import jobs
from cms.http.console.log_in import log_in
from cms.http.console.payments import payments
from cms.http.console.problems import register_problem_pages
from cms.http.console.profile import profile
from cms.http.console.tpps import tpps
from cms.http.console.trail import trail
from cms.http.console.words import moment, tone

console_pages = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")


@console_pages.context_processor
def in_every_page() -> dict[str, Any]:
    """Who is logged in, and what all templates use."""
    return {
        "session": g.get("session"),
        "csrf_token": csrf_token,
        "moment": moment,
        "tone": tone,
    }


console_pages.before_request(check_request)
console_pages.after_request(secure)
register_problem_pages(console_pages)
for part in (log_in, payments, tpps, profile, jobs, trail, front):
    console_pages.register_blueprint(part)
