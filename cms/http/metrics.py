"""`/metrics`: what the whole server has counted, for the bank's Prometheus and its token (C6)."""

from typing import Final

from flask import Blueprint, Response

from cms import metrics

METRICS: Final = "/metrics"

metrics_page = Blueprint("metrics", __name__)


@metrics_page.get(METRICS)
def exposition() -> Response:
    """All of it, in Prometheus' text format."""
    return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)
