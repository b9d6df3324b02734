"""What every answer must be, whatever was sent."""

from typing import Any

from tests.tpps import told

LONGER = 20
"""So many times as long as its request, at most, is an answer."""
SHORTEST_ANSWER = 8_000
"""Bytes that even the shortest request may be answered with."""


def judged(answer: Any, sent: bytes = b"") -> None:
    """Done, or refused by a 4xx in one of the standard's bodies; never an essay."""
    assert answer.status_int < 500, answer.text
    assert len(answer.body) <= LONGER * len(sent) + SHORTEST_ANSWER
    if answer.status_int not in {200, 201, 202, 204}:
        assert answer.status_int >= 400
        is_problem = answer.content_type == "application/problem+json"
        assert answer.json["code"] if is_problem else told(answer)
