"""Our own faces are reached past the proxies of the environment."""

from collections.abc import Iterator

import pytest

from tests.answering import Answers, answering
from xs2a.loopback import is_fine, own_session

NOBODY = "http://127.0.0.1:1"


class Face(Answers):
    def hear(self) -> None:
        self.answer(200 if self.path == "/fine" else 503)


@pytest.fixture
def face(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, NOBODY)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with answering(Face) as address:
        yield address


def test_a_face_is_asked_itself(face: str) -> None:
    assert is_fine(f"{face}/fine")
    assert not is_fine(f"{face}/else")
    assert not is_fine(NOBODY)
    with own_session() as session:
        assert session.get(f"{face}/fine", timeout=5).ok
