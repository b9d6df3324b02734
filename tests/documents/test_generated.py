"""Pages that come from the code's tables say what the tables say."""

import pytest

from docs.generate import FOLDER, pages


@pytest.mark.parametrize("page, text", pages().items(), ids=list(pages()))
def test_generated_pages_are_up_to_date(page: str, text: str) -> None:
    assert (FOLDER / page).read_text() == text, "renew them: python -m docs.generate"


def test_every_diagram_is_generated() -> None:
    drawn = {str(path.relative_to(FOLDER)) for path in (FOLDER / "states").iterdir()}
    assert drawn == {page for page in pages() if page.endswith(".mmd")}
