"""The page about events names all types, origins and headers that are on record."""

from pathlib import Path

from cms.domain.events import EventOrigin, EventType
from tests.architecture.tree import ROOT

PAGE = (ROOT / Path("docs/events.md")).read_text()


def test_every_type_and_origin_is_named() -> None:
    names = [each.value.removesuffix("_REQUEST_RECEIVED") for each in EventType]
    names += [each.value for each in EventOrigin]

    assert [name for name in names if f"`{name}`" not in PAGE] == []
