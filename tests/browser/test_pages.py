"""What holds for every page: it can be read, heard and used by everybody, on a desk and a phone."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.stations import STATIONS, Station
from tests.browser.visiting import Visit
from tests.serving import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCREENSHOTS = ROOT / "docs" / "screenshots"
SHOWN = (
    "log-in",
    "payment-with-tan",
    "two-methods",
    "back-at-the-tpp",
    "expired",
    "wrong-tan",
    "bulk",
    "standing-order",
    "cancellation",
    "two-people",
    "in-app",
    "phone",
    "code",
)
BUILT_LIKE_ANOTHER = ("standing-order",)  # as payment-with-tan, with other facts
LARGEST_SCREENSHOT = 200_000  # bytes

# Text that stands out too little from what is behind it (WCAG 2.2, 1.4.3 and 1.4.11), measured
# as the browser has drawn it; translucent grounds do not occur.
LOW_CONTRAST = """() => {
  const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => rgb(colour).slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const ground = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((rgb(colour)[3] ?? 1) > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  for (const node of document.querySelectorAll('body *')) {
    const style = getComputedStyle(node);
    const text = [...node.childNodes].some(c => c.nodeType === 3 && c.textContent.trim());
    if (text && ratio(light(style.color), light(ground(node))) < 4.5)
      found.push(`text: ${node.textContent.trim()}`);
    if (node.matches('input:not([type=hidden], [type=radio])')
        && ratio(light(style.borderTopColor), light(ground(node.parentElement))) < 3)
      found.push(`border: ${node.name}`);
  }
  return found;
}"""

UNLABELLED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
  .filter(field => ![...field.labels].some(label => label.textContent.trim()))
  .map(field => field.name)"""

TWICE = """() => [...document.querySelectorAll('[id]')].map(node => node.id)
  .filter((id, at, all) => all.indexOf(id) !== at)"""

LOST = """() => [...document.querySelectorAll('[aria-describedby], [aria-labelledby], [form]')]
  .flatMap(node => [node.getAttribute('aria-describedby'), node.getAttribute('aria-labelledby'),
                    node.getAttribute('form')])
  .filter(id => id && !document.getElementById(id))"""

SMALL = """() => [...document.querySelectorAll('button, .button, summary, .field input, .choice')]
  .filter(node => { const box = node.getBoundingClientRect(); return box.height < 44; })
  .map(node => node.outerHTML)"""

USABLE = "a[href], button, summary, input:not([type=hidden]), [tabindex='0']"

FOCUS_SHOWS = """() => { const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; }"""


@pytest.fixture(params=[name for name in STATIONS if name not in BUILT_LIKE_ANOTHER])
def station(request: pytest.FixtureRequest) -> Station:
    name: str = request.param
    return STATIONS[name]


def test_every_page_is_built_for_everybody(visit: Visit, station: Station) -> None:
    station(visit)
    page = visit.page
    assert page.locator("html").get_attribute("lang") == "en"
    assert visit.heading()
    assert page.title()
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator("img:not([alt])")).to_have_count(0)
    for names, script in {"unlabelled": UNLABELLED, "twice": TWICE, "lost": LOST}.items():
        assert page.evaluate(script) == [], names


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_has_contrast(visit: Visit, station: Station, scheme: str) -> None:
    visit.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    station(visit)
    visit.page.wait_for_load_state()
    assert visit.page.evaluate(LOW_CONTRAST) == []


@pytest.mark.parametrize("px", [320, 390, 1200])
def test_no_page_scrolls_sideways(visit: Visit, station: Station, px: int) -> None:
    visit.page.set_viewport_size({"width": px, "height": 800})
    station(visit)
    visit.page.wait_for_load_state()  # a page that waits for a phone loads itself again
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= px
    visit.page.wait_for_load_state()
    assert visit.page.evaluate(SMALL) == []


def test_everything_that_can_be_used_is_reached_by_tab_and_shows_it(
    visit: Visit, station: Station
) -> None:
    station(visit)
    page = visit.page
    page.wait_for_load_state()  # its style sheet is there, by which the focus shows
    usable = page.locator(
        "a[href], button, summary, input:not([type=hidden]), [tabindex='0']"
    ).count()
    reached = set()
    for _ in range(usable + 3):  # once round, wherever the focus was
        page.keyboard.press("Tab")
        where = str(page.evaluate("document.activeElement.outerHTML"))
        if not where.startswith("<body"):
            assert page.evaluate(FOCUS_SHOWS), where
            reached.add(where)
    radios = page.locator("input[type=radio]").count()  # one stop for all: arrows move within
    assert len(reached) == usable - max(0, radios - 1)


def test_pages_are_closed_to_scripts_frames_and_caches(visit: Visit, station: Station) -> None:
    answers: list[Response] = []
    visit.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108
    station(visit)
    documents = [each for each in answers if each.request.resource_type == "document"]
    for answer in documents:
        policy = answer.headers.get("content-security-policy", "")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert answer.headers["cache-control"] == "no-store"
    expect(visit.page.locator("script, [style], style")).to_have_count(0)


def test_errors_are_told_where_they_are(visit: Visit) -> None:
    STATIONS["wrong-tan"](visit)
    assert visit.page.title().startswith("Error: ")
    tan = visit.page.get_by_label("TAN", exact=True)
    expect(tan).to_have_attribute("aria-invalid", "true")
    expect(tan).to_be_focused()


def test_on_a_phone_the_error_is_in_sight_of_the_field(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 780})
    STATIONS["wrong-tan"](visit)
    expect(visit.page.get_by_label("TAN", exact=True)).to_be_in_viewport()
    expect(visit.page.get_by_role("alert")).to_be_in_viewport()


@pytest.mark.parametrize("px", [1200, 390])
@pytest.mark.parametrize("name", SHOWN)
def test_screenshots_of_the_main_pages_are_in_the_docs(visit: Visit, name: str, px: int) -> None:
    """UPDATE_SCREENSHOTS=1 takes them anew."""
    path = SCREENSHOTS / f"{name}-{px}.png"
    if os.environ.get("UPDATE_SCREENSHOTS") == "1":
        take(visit, name, px, path)
    assert 1_000 < path.stat().st_size < LARGEST_SCREENSHOT


def take(visit: Visit, name: str, px: int, path: Path) -> None:
    page: Page = visit.page
    page.set_viewport_size({"width": px, "height": 760 if px == 1200 else 780})
    STATIONS[name](visit)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=True, animations="disabled", caret="hide")
