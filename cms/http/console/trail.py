"""What operators have done: for whoever may act, and so answers for it."""

from flask import Blueprint, render_template, request

from cms.domain.operator import OperatorRole
from cms.http.console.gate import demands
from cms.http.console.rooms import console_rooms
from cms.http.console.words import typed_text

LINES = 50

trail = Blueprint("trail", __name__)


@trail.get("/trail")
@demands(OperatorRole.OPERATE)
def newest() -> str:
    """The newest lines, of everybody or of one operator."""
    operator = typed_text(request.args.get("operator", "").strip(), "operator")
    before = typed_text(request.args.get("before", ""), "before")
    lines = console_rooms().trail.newest(
        LINES + 1, before=before or None, operator=operator or None
    )
    shown = lines[:LINES]
    return render_template(
        "trail.html",
        actions=shown,
        operator=operator,
        older=shown[-1].action_id if len(lines) > LINES else None,
    )
