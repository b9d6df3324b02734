"""The job that fetches lists of revoked certificates, with what its downloads bring."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cms.domain.revocation import Revocable, RevocationPolicy, RevocationState
from tests.houses import NOW
from tests.jobs.conftest import OpenWorks
from tests.jobs.working import DAY, Works
from tests.unit.xs2a.tpp.pki import (
    ISSUING_URL,
    ROOT_URL,
    published_at,
    root,
    the_issuing,
    the_root,
    tpp_certificate,
)
from xs2a.jobs.fetching import DownloadFailed
from xs2a.jobs.runner import Runner
from xs2a.tpp.crl import revocable
from xs2a.tpp.trust import Link
from xs2a.wiring import runner

JOB = "fetch_revocations"
SECOND_URL = "https://qtsp.example/the-same.crl"
ISSUER = the_issuing()


@dataclass
class Outside:
    """What is published, by URL; what is not there cannot be had."""

    published: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    breaks: dict[str, Exception] = field(default_factory=dict)

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if url in self.breaks:
            raise self.breaks[url]
        if url not in self.published:
            raise DownloadFailed("HTTP status 404")
        return self.published[url]


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    """A file with a root and an issuing CA of its."""
    made = (the_root().certificate, ISSUER.certificate)
    file = tmp_path / "anchors.pem"
    file.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in made))
    return file


@pytest.fixture
def fetcher(works: Works, outside: Outside) -> Runner:
    return runner(works.world.house, lambda _: works.stopping, outside)


def published(*serials: int, since: datetime = NOW, until: datetime = NOW + DAY) -> bytes:
    """A list of the issuer."""
    return ISSUER.crl(*serials, this_update=since, next_update=until)


def certificate(*urls: str) -> Revocable:
    """A TPP's certificate whose list is at these URLs; it is expected."""
    made = tpp_certificate(ISSUER, ((published_at(*urls), False),), until=NOW + DAY)
    return revocable(Link(made.parsed, ISSUER.certificate))


def expected(works: Works, *urls: str) -> Revocable:
    made = certificate(*urls)
    works.world.house.revocations.expect([made])
    return made


def state(works: Works, of: Revocable) -> RevocationState:
    return works.world.house.revocations.state_of(of)


def test_a_list_is_fetched_and_counts(works: Works, fetcher: Runner, outside: Outside) -> None:
    made = expected(works, ISSUING_URL)
    outside.published[ISSUING_URL] = published(made.serial)
    assert works.did(JOB, fetcher) == (1, 0)
    assert state(works, made) is RevocationState.REVOKED
    assert works.did(JOB, fetcher) == (0, 0)  # it is not due
    assert outside.asked == [ISSUING_URL]


def test_it_is_fetched_again_and_only_news_are_work(
    works: Works, fetcher: Runner, outside: Outside
) -> None:
    made = expected(works, ISSUING_URL)
    outside.published[ISSUING_URL] = published()
    works.did(JOB, fetcher)
    assert state(works, made) is RevocationState.GOOD
    works.world.clock.advance(timedelta(hours=2))
    assert works.did(JOB, fetcher) == (0, 0)
    outside.published[ISSUING_URL] = published(made.serial, since=NOW + timedelta(hours=3))
    works.world.clock.advance(timedelta(hours=2))
    assert works.did(JOB, fetcher) == (1, 0)
    assert state(works, made) is RevocationState.REVOKED
    assert outside.asked == [ISSUING_URL] * 3


def test_the_second_url_is_asked_when_the_first_fails(
    works: Works, fetcher: Runner, outside: Outside
) -> None:
    made = expected(works, ISSUING_URL, SECOND_URL)
    outside.published = {ISSUING_URL: b"garbage", SECOND_URL: published()}
    assert works.did(JOB, fetcher) == (1, 0)
    assert state(works, made) is RevocationState.GOOD
    assert outside.asked == [ISSUING_URL, SECOND_URL]


@pytest.mark.parametrize(
    "content, said",
    [
        (None, f"{ISSUING_URL}: HTTP status 404"),
        (b"garbage", f"{ISSUING_URL}: it cannot be read (ValueError)"),
        (root("Stranger").crl(), f"{ISSUING_URL}: it is another issuer's"),
        (
            published(since=NOW - 2 * DAY, until=NOW - DAY),
            f"{ISSUING_URL}: it was to be renewed by 2026-03-01 10:30 UTC",
        ),
    ],
    ids=["nothing", "garbage", "of another", "out of date"],
)
def test_what_cannot_be_had_or_does_not_count_is_a_failure(
    works: Works, fetcher: Runner, outside: Outside, content: bytes | None, said: str
) -> None:
    made = expected(works, ISSUING_URL)
    if content is not None:
        outside.published[ISSUING_URL] = content
    assert works.did(JOB, fetcher) == (0, 1)
    (run,) = works.jobs.latest_runs(JOB)
    assert run.error == said
    assert state(works, made) is RevocationState.UNKNOWN
    assert works.did(JOB, fetcher) == (0, 0)  # it rests
    works.world.clock.advance(timedelta(seconds=20))
    assert works.did(JOB, fetcher) == (0, 1)


def test_one_that_fails_holds_up_no_other(works: Works, fetcher: Runner, outside: Outside) -> None:
    expected(works, ISSUING_URL)
    other = expected(works, SECOND_URL)
    outside.published[SECOND_URL] = published()
    assert works.did(JOB, fetcher) == (1, 1)
    assert state(works, other) is RevocationState.GOOD


@pytest.mark.parametrize("error", [MemoryError(), UnicodeDecodeError("utf-8", b"", 0, 1, "")])
def test_what_nobody_has_foreseen_holds_up_no_other_either(
    works: Works, fetcher: Runner, outside: Outside, error: Exception
) -> None:
    broken = expected(works, ISSUING_URL)
    works.world.clock.advance(timedelta(seconds=1))
    other = expected(works, SECOND_URL)
    outside.published[SECOND_URL] = published()
    outside.breaks[ISSUING_URL] = error
    assert works.did(JOB, fetcher) == (1, 1)
    assert state(works, other) is RevocationState.GOOD
    assert state(works, broken) is RevocationState.UNKNOWN
    (run,) = works.jobs.latest_runs(JOB)
    assert run.error == f"{ISSUING_URL}: {type(error).__name__}"
    assert works.did(JOB, fetcher) == (0, 0)  # it rests


def test_a_source_that_nobody_needs_is_forgotten(works: Works, fetcher: Runner) -> None:
    expected(works, ISSUING_URL)
    works.world.clock.advance(2 * DAY)
    assert works.did(JOB, fetcher) == (1, 0)
    assert not works.world.house.revocations.sources()


def test_it_stops_when_it_shall(works: Works, fetcher: Runner, outside: Outside) -> None:
    expected(works, ISSUING_URL)
    works.stopping = True
    assert works.run(JOB, fetcher) is None
    assert not outside.asked


def test_the_lists_of_anchors_are_fetched_unasked(
    open_shop: OpenWorks, outside: Outside, anchors: Path
) -> None:
    works = open_shop(trust_anchors=anchors)
    fetcher = runner(works.world.house, lambda _: False, outside)
    assert works.did(JOB, fetcher) == (0, 1)
    assert outside.asked == [ROOT_URL]


def test_where_revocation_is_off_nothing_is_fetched(open_shop: OpenWorks, outside: Outside) -> None:
    works = open_shop(revocation=RevocationPolicy.OFF)
    expected(works, ISSUING_URL)
    assert works.did(JOB, runner(works.world.house, lambda _: False, outside)) == (0, 0)
    assert not outside.asked
