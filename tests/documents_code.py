"""Code blocks of our documents, for the tests that run them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def code_blocks(document: str, language: str) -> list[str]:
    """The blocks in a language, in order; the document is named from the root."""
    text = (ROOT / document).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
