"""A PSU at a browser without scripts: reads a page's heading and alert, fills in its forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

from tests.serving import TIMEOUT_S


@dataclass(slots=True)
class Form:
    """A form with the fields it would send as it stands; `choices` are its radio buttons."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)


class Page(HTMLParser):
    """What a PSU can see and do on a page; `way_on` is where its only button leads, `goes_on` where
    it goes by itself at once, `balances` are those of the PSU's accounts.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.heading = ""
        self.alert = ""
        self.way_on: str | None = None
        self.goes_on: str | None = None
        self.balances: list[str] = []
        self.forms: list[Form] = []
        self._radio: tuple[str, str] | None = None
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"h1", "strong"} or (tag == "p" and "alert" in self._inside):
            self._inside.append(tag)
        elif tag == "div" and given.get("role") == "alert":
            self._inside.append("alert")
        elif (tag, given.get("class")) in {("ul", "accounts"), ("span", "figure")}:
            self._inside.append(tag)
        elif tag == "a" and "button" in given.get("class", "").split():
            self.way_on = given.get("href")
        elif tag == "meta" and given.get("content", "").startswith("0; url="):
            self.goes_on = given["content"].removeprefix("0; url=")
        elif tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "input" and self.forms:
            self._add_field(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and "alert" in self._inside:
            self._inside.remove("alert")
        elif tag in self._inside:
            self._inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if "h1" in self._inside:
            self.heading += data.strip()
        elif "alert" in self._inside and "p" in self._inside:
            self.alert += data
        elif {"ul", "span"} <= set(self._inside):
            self.balances.append(data.strip())
        elif "strong" in self._inside and self._radio is not None:
            name, value = self._radio
            self.forms[-1].choices[data.strip()] = {name: value}
            self._radio = None

    def form(self, action_ends: str) -> Form:
        """The form that is sent to an address with this end."""
        found = [form for form in self.forms if form.action.endswith(action_ends)]
        assert found, f"the page {self.heading!r} has no form for {action_ends}"
        return found[0]

    def _add_field(self, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if given.get("type") == "radio":
            self._radio = (name, value)
        else:
            self.forms[-1].fields[name] = value


class Psu:
    """One PSU with cookies. `page` is what is shown, `left_for` where the bank sent the PSU: away
    from the faces that are the bank's.
    """

    def __init__(self, *bank: str) -> None:
        self._bank = {urlsplit(face).netloc for face in bank}
        self._browser = requests.Session()
        self._url = ""
        self.page = Page("")
        self.left_for: str | None = None

    def open(self, url: str) -> None:
        """Follow a link."""
        self._show(self._browser.get(url, allow_redirects=False, timeout=TIMEOUT_S))

    def submit(self, action_ends: str, **filled_in: str) -> None:
        """Fill in one of the page's forms and send it."""
        form = self.page.form(action_ends)
        self._send(form, filled_in)

    def choose(self, action_ends: str, label: str) -> None:
        """Pick the choice with this label and send the form."""
        form = self.page.form(action_ends)
        self._send(form, form.choices[label])

    def _send(self, form: Form, filled_in: dict[str, str]) -> None:
        url = urljoin(self._url, form.action)
        body = form.fields | filled_in
        self._show(self._browser.post(url, body, allow_redirects=False, timeout=TIMEOUT_S))

    def _show(self, answer: requests.Response) -> None:
        self.left_for = None
        while (target := _next_address(answer)) is not None:
            if urlsplit(target).netloc not in self._bank:
                self.left_for = target
                return
            answer = self._browser.get(target, allow_redirects=False, timeout=TIMEOUT_S)
        self._url, self.page = answer.url, Page(answer.text)


def _next_address(answer: requests.Response) -> str | None:
    """Where a browser goes on to by itself: by a redirect, or by a page that is for no more."""
    if answer.is_redirect:
        return urljoin(answer.url, answer.headers["Location"])
    return Page(answer.text).goes_on
