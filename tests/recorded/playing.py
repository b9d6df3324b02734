"""Plays a recorded flow against a running server: each step is done, and its outcome laid down.

A step begins with who acts and what they do; the rest of it is what they get:

    - TPP: GET /v1/payments/...      `sends` are headers and body; `gets` the answer. What is not
                                     JSON is `text` instead of `body`; `form` are its fields. With
                                     `signs` it is signed by the TPP's seal: these headers, or
                                     what must be
    - PSU: logs in as max.musterman  what is seen then: `page`, `alert`, or `leaves for`
    - second PSU: ...                the same in a browser of its own
    - bank: PUT /aspsp-api/...       a call to the CMS, with the bank's token unless `token: none`
    - bank: sets common.x to y       a debug write of the profile, until the end of the flow
"""

import copy
import re
import time
import uuid
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

import requests
import yaml

from sandbox.certificates import IssuedCertificate
from tests.recorded.form_client import Psu
from tests.recorded.matching import Known, filled, laid_over
from tests.serving import PATIENCE_S, TIMEOUT_S, RunningServer
from tests.signing import Signer

Step = dict[str, Any]
Outcome = dict[str, Any]

DEBUG_WRITE = "/api/v1/aspsp-profile/for-debug/aspsp-settings"
PROFILE = "/api/v1/aspsp-profile"
PAUSE_S = 0.1

PSUS = ("PSU", "second PSU")

# What a PSU does, in words.
ACTS: dict[str, Callable[..., None]] = {
    r"opens (\S+)": lambda psu, link: psu.open(link),
    r"logs in as (\S+)": lambda psu, who: psu.submit("/log-in", psu_id=who, password="12345"),
    r"logs in as (\S+) with the password (\S+)": lambda psu, who, password: psu.submit(
        "/log-in", psu_id=who, password=password
    ),
    r"chooses (.+)": lambda psu, method: psu.choose("/method", method),
    r"enters the TAN (\d+)": lambda psu, tan: psu.submit("/confirm", tan=tan),
    r"confirms": lambda psu: psu.submit("/confirm"),
    r"declines": lambda psu: psu.submit("/decline"),
    r"logs in as (\S+) on the phone": lambda psu, who: psu.submit(
        "/phone/log-in", psu_id=who, password="12345"
    ),
    r"approves on the phone": lambda psu: psu.submit("/approve"),
    r"declines on the phone": lambda psu: psu.submit("/decline"),
}


class Player:
    """Plays one flow. `known` is what its names stand for by now."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._psus = {who: Psu(server.bank, server.xs2a) for who in PSUS}
        self._profile: Any = None
        self._connections = requests.Session()
        self.known: Known = {"xs2a": server.xs2a, "cms": server.cms, "bank": server.bank}
        self.known["issuer"] = quote(server.xs2a, safe="")  # as it stands in a query

    def play(self, steps: list[Step]) -> list[Step]:
        """The steps with the outcomes they really have. The profile is as before at the end."""
        try:
            return [self._play(step) for step in steps]
        finally:
            self._restore_profile()

    def _play(self, step: Step) -> Step:
        match step:
            case {"TPP": str(call)}:
                return self._call("TPP", call, step)
            case {"PSU": str(act)}:
                return self._act("PSU", act, step)
            case {"second PSU": str(act)}:
                return self._act("second PSU", act, step)
            case {"bank": str(deed)} if deed.startswith("sets "):
                self._change_profile(deed)
                return step
            case {"bank": "restores its profile"}:
                self._restore_profile()
                return step
            case {"bank": str(call)}:
                return self._call("bank", call, step)
        raise AssertionError(f"nobody acts in {step}")

    def _call(self, who: str, call: str, step: Step) -> Step:
        asked = {key: value for key, value in step.items() if key != "gets"}
        passed: list[str] = []
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = self._send(who, filled(call, self.known), filled(asked, self.known))
            status = _transaction_status(answer)
            passed += [status] if status not in passed else []
            if "until" not in step or status == step["until"][-1]:
                break
            assert time.monotonic() < deadline, f"still {status}, not {step['until'][-1]}"
            time.sleep(PAUSE_S)
        if "until" in step:
            way = iter(step["until"])
            assert all(each in way for each in passed), f"{passed} on the way to {step['until']}"
        return asked | {"gets": self._outcome(step.get("gets", {}), answer)}

    def _send(self, who: str, call: str, asked: Step) -> requests.Response:
        method, _, path = call.partition(" ")
        sends = asked.get("sends", {})
        base = self._server.xs2a if who == "TPP" else self._server.cms
        address = path if "://" in path else base + path
        headers = self._headers(who, asked) | sends.get("headers", {})
        request = requests.Request(method, address, headers=headers, **_content(sends)).prepare()
        if "signs" in asked:
            body = request.body or b""
            assert isinstance(body, bytes)
            signed = self._seal().sign(
                request.headers, body, names=asked["signs"], date=formatdate(usegmt=True)
            )
            request.headers.update(signed)
        answer = self._connections.send(request, timeout=TIMEOUT_S)
        if who == "TPP":
            assert answer.headers["X-Request-ID"] == headers["X-Request-ID"]
        return answer

    def _seal(self) -> Signer:
        """The sandbox TPP's."""
        seal = self._server.installation.folder / "var" / "sandbox" / "tpp-qsealc.pem"
        return Signer(IssuedCertificate(seal.read_text(), seal.with_suffix(".key").read_text()))

    def _headers(self, who: str, asked: Step) -> dict[str, str]:
        if who == "TPP":
            certificate = self._server.certificate
            return {"TPP-QWAC-Certificate": certificate, "X-Request-ID": str(uuid.uuid4())}
        if asked.get("token") == "none":
            return {}
        return {"Authorization": f"Bearer {self._server.cms_token}"}

    def _outcome(self, expected: Outcome, answer: requests.Response) -> Outcome:
        actual: Outcome = {"status": answer.status_code}
        named = expected.get("headers", {})
        if named:
            actual["headers"] = {name: answer.headers.get(name) for name in named}
        if is_json(answer):
            actual["body"] = answer.json()
        elif answer.content:
            actual["text"] = answer.text
        outcome: Outcome = laid_over(expected, actual, self.known)
        return outcome

    def _act(self, who: str, act: str, step: Step) -> Step:
        wanted = filled(act, self.known)
        found = [
            (deed, fit) for words, deed in ACTS.items() if (fit := re.fullmatch(words, wanted))
        ]
        assert found, f"no PSU {act}"
        deed, words = found[0]
        deed(self._psus[who], *words.groups())
        expected = {key: value for key, value in step.items() if key != who}
        seen: Outcome = laid_over(expected, seen_by(self._psus[who]), self.known)
        return {who: act} | seen

    def _change_profile(self, deed: str) -> None:
        found = re.fullmatch(r"sets ([\w.]+) to (.+)", filled(deed, self.known))
        assert found, f"no bank {deed}"
        now = self._server.aspsp("GET", PROFILE).json()
        self._profile = self._profile or now
        changed = copy.deepcopy(now)
        *sections, key = found[1].split(".")
        section = changed
        for name in sections:
            section = section[name]
        section[key] = of_the_kind(section[key], found[2])
        written = self._server.aspsp("PUT", DEBUG_WRITE, changed)
        assert written.status_code == 200, written.text

    def _restore_profile(self) -> None:
        if self._profile is not None:
            assert self._server.aspsp("PUT", DEBUG_WRITE, self._profile).status_code == 200
            self._profile = None


def seen_by(psu: Psu) -> Outcome:
    """What a PSU has before its eyes: a page, or the way to the TPP."""
    if psu.left_for is not None:
        return {"leaves for": psu.left_for}
    seen: Outcome = {"page": psu.page.heading}
    if psu.page.alert:
        seen["alert"] = psu.page.alert
    if psu.page.way_on:
        seen["button leads to"] = psu.page.way_on
    if psu.page.balances:
        seen["balances"] = psu.page.balances
    return seen


def of_the_kind(value: Any, words: str) -> Any:
    """A new value of the profile as it is written in words, of the kind of the old value."""
    match value:
        case list():
            return words.split(", ")
        case bool() | int():
            return yaml.safe_load(words)
    return words


def is_json(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Type", "").endswith("json")


def _content(sends: dict[str, Any]) -> dict[str, Any]:
    """A body as the client library takes it: JSON, the fields of a form, or a text."""
    if "form" in sends:
        return {"data": sends["form"]}
    text = sends.get("text")
    return {"json": sends.get("body")} if text is None else {"data": text.encode()}


def _transaction_status(answer: requests.Response) -> str:
    body = answer.json() if is_json(answer) else {}
    return str(body.get("transactionStatus", "")) if isinstance(body, dict) else ""
