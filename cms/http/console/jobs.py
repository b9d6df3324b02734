"""What the worker has done, and when it last looked."""

from flask import Blueprint, render_template, request

from cms.domain.operator import OperatorRole
from cms.http.console.gate import demands
from cms.http.console.rooms import console_rooms

jobs = Blueprint("jobs", __name__)


@jobs.get("/jobs")
@demands(OperatorRole.READ)
def runs() -> str:
    """Every job with its lease, the latest runs that had something to do, and the lists of revoked
    certificates that are fetched.
    """
    leases = console_rooms().jobs.leases()
    named = request.args.get("job", "")
    job = named if named in {lease.job for lease in leases} else None
    return render_template(
        "jobs.html",
        leases=leases,
        runs=console_rooms().jobs.latest_runs(job),
        job=job,
        sources=console_rooms().revocations.sources(),
        now=console_rooms().clock(),
    )
