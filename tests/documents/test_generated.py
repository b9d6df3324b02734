"""Pages that come from the code's tables and from recorded flows say what these say."""

import pytest

from docs.generate import FOLDER, pages, stale_pages

PAGES = pages()


@pytest.mark.parametrize("page, text", PAGES.items(), ids=PAGES.keys())
def test_generated_pages_are_up_to_date(page: str, text: str) -> None:
    assert (FOLDER / page).read_text() == text, "renew them: python -m docs.generate"


def test_no_page_outlives_its_source() -> None:
    assert not stale_pages(), "remove them: python -m docs.generate"
