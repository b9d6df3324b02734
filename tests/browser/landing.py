"""A TPP's own two pages, /ok and /nok, on a port of their own: another origin than the bank's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.answering import Answers, answering

PAGE = '<!doctype html><html lang="en"><title>TPP</title><link rel="icon" href="data:,"><h1>{}</h1>'


@dataclass(frozen=True, slots=True)
class Landing:
    """Where the PSU comes back to."""

    ok: str
    nok: str


class Pages(Answers):
    def hear(self) -> None:
        self.answer(200, PAGE.format(self.path).encode(), Content_Type="text/html")


@contextmanager
def running_landing() -> Iterator[Landing]:
    """Serve the pages until the end of the block."""
    with answering(Pages) as base:
        yield Landing(f"{base}/ok", f"{base}/nok")
