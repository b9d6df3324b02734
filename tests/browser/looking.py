"""What is looked at on a page, in the browser: contrast, labels, ids, sizes, focus, width."""

import os
from pathlib import Path

from playwright.sync_api import Page

from tests.serving import ROOT

SCREENSHOTS = ROOT / "docs" / "screenshots"
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

USABLE = "a[href], button, summary, input:not([type=hidden]), select, [tabindex='0']"

STOPS_OF_A_MOMENT = 7

# Which of all elements has the focus; none while it is the page itself.
FOCUSED = """() => document.activeElement === document.body ? null
  : [...document.querySelectorAll('*')].indexOf(document.activeElement)"""

FOCUS_SHOWS = """() => { const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; }"""

BUILT_WRONG = {"unlabelled": UNLABELLED, "twice": TWICE, "lost": LOST}


def faults_of_build(page: Page) -> dict[str, list[str]]:
    """What is not built for everybody, by the kind of fault."""
    found = {name: page.evaluate(script) for name, script in BUILT_WRONG.items()}
    return {name: faults for name, faults in found.items() if faults}


def not_reached_by_tab(page: Page) -> int:
    """How many of the things that can be used are not reached by the key; of those that are, the
    focus must show.
    """
    usable = page.locator(USABLE).count()
    moments = page.locator("input[type=datetime-local]").count()  # the key stops at each part
    reached = set()
    for _ in range(usable + 3 + STOPS_OF_A_MOMENT * moments):  # once round, wherever the focus was
        page.keyboard.press("Tab")
        place = page.evaluate(FOCUSED)
        if place is not None:
            shows = page.evaluate(FOCUS_SHOWS)
            assert shows, page.evaluate("document.activeElement.outerHTML")
            reached.add(place)
    radios = page.locator("input[type=radio]").count()  # one stop for all: arrows move within
    return usable - max(0, radios - 1) - len(reached)


def updating_screenshots() -> bool:
    """UPDATE_SCREENSHOTS=1 takes them anew."""
    return os.environ.get("UPDATE_SCREENSHOTS") == "1"


def take(page: Page, path: Path, *, whole: bool = True) -> None:
    """The whole page as it is drawn, or what of it is in sight."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=whole, animations="disabled", caret="hide")
