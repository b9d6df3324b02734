"""What is written down is true of this tree: links lead somewhere, and nothing is left over."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, text_files

LINK = re.compile(r"\]\(\s*<?([^)\s>#]*)(?:#[^)\s]*)?>?[^)]*\)")
CODE_BLOCK = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
DOCUMENT = re.compile(r"(?<![\w/.-])[\w./-]+\.md\b")
LEFT_OVER = {
    "a path of somebody's machine": r"(?<![\w.}])/(?:root|work|builds|Users/\w+|home/\w+)/",
    "a merge that was not finished": r"^(?:<{7}|>{7}) ",
    "something that was put off": r"\b(?:TODO|FIXME)\b",
    "a folder beside the checkout": r"\.\./(?:shared|library)\b",
}
THIS_FILE = Path(__file__).relative_to(ROOT)  # names what it looks for


def test_links_lead_to_files() -> None:
    broken: dict[str, list[str]] = {}
    for path in text_files(".md"):
        text = CODE_BLOCK.sub("", (ROOT / path).read_text())
        targets = [target for target in LINK.findall(text) if target and ":" not in target]
        lost = [target for target in targets if not (ROOT / path.parent / target).exists()]
        broken |= {str(path): lost} if lost else {}
    assert not broken


@pytest.mark.parametrize("name, pattern", LEFT_OVER.items(), ids=list(LEFT_OVER))
def test_nothing_is_left_over(name: str, pattern: str) -> None:
    found = re.compile(pattern, re.MULTILINE)
    files = [path for path in text_files() if path != THIS_FILE]
    assert not [str(path) for path in files if found.search((ROOT / path).read_text())], name


def test_documents_that_are_named_exist() -> None:
    lost = {}
    for path in text_files(".py", ".md", ".toml"):
        homes = (ROOT, ROOT / path.parent, ROOT / "docs")
        for name in DOCUMENT.findall((ROOT / path).read_text()):
            if not any((home / name).exists() for home in homes):
                lost[str(path)] = name
    assert not lost
