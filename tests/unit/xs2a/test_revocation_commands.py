"""`xs2a revocation forget`: what it says; what it does is told by the tests of the store."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cms.domain.revocation import DistributionPoint, Revocable, RevocationList
from cms.service.revocation import Revocations
from cms.store.database import Database
from cms.store.unit_of_work import Store
from xs2a.cli import main
from xs2a.database_setup import migrate
from xs2a.settings import read_settings

URL = "http://q.example/1"


def told(*words: str) -> str:
    return CliRunner().invoke(main, ["revocation", "forget", *words]).output


def test_it_tells_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XS2A_MODE", "sandbox")
    assert "run `xs2a migrate`" in told(URL)
    migrate(read_settings())
    assert told(URL) == f"Error: no list is fetched from {URL}\n"

    now = datetime.now(UTC)
    day = timedelta(days=1)
    point = DistributionPoint(b"an issuer", "CN=Issuer", (URL,))
    database = Database(read_settings().database_url, pool_size=1)
    known = Revocations(Store(database, lambda: "an id"), lambda: now)
    known.expect([Revocable(1, (point,), now + day)])
    (source,) = known.sources()
    known.keep(source, RevocationList(now, now + day, frozenset()))
    assert "counts at present: it is kept" in told(URL)
    known.keep(source, RevocationList(now, now, frozenset()))
    assert told(URL) == f"{URL} is forgotten, and what its last list has revoked\n"
    database.close()
