"""Plays a recorded flow against a running server: each step is done, and its outcome laid down.

A step begins with who acts and what they do; the rest of it is what they get:

    - TPP: GET /v1/payments/...      `sends` are headers and body; `gets` the answer
    - PSU: logs in as max.musterman  what is seen then: `page`, `alert`, or `leaves for`
    - bank: PUT /aspsp-api/...       a call to the CMS, with the bank's token unless `token: none`
"""

import copy
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import requests

from tests.recorded.form_client import Psu
from tests.recorded.matching import Known, filled, laid_over
from tests.serving import PATIENCE_S, TIMEOUT_S, RunningServer

Step = dict[str, Any]
Outcome = dict[str, Any]

DEBUG_WRITE = "/api/v1/aspsp-profile/for-debug/aspsp-settings"
PROFILE = "/api/v1/aspsp-profile"
PAUSE_S = 0.1

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
}


class Player:
    """Plays one flow. `known` is what its names stand for by now."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._psu = Psu(server.bank)
        self._profile: Any = None
        self.known: Known = {"xs2a": server.xs2a, "cms": server.cms, "bank": server.bank}

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
                return self._act(act, step)
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
        answer = requests.request(
            method, address, headers=headers, json=sends.get("body"), timeout=TIMEOUT_S
        )
        if who == "TPP":
            assert answer.headers["X-Request-ID"] == headers["X-Request-ID"]
        return answer

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
        if answer.content:
            actual["body"] = answer.json()
        outcome: Outcome = laid_over(expected, actual, self.known)
        return outcome

    def _act(self, act: str, step: Step) -> Step:
        wanted = filled(act, self.known)
        found = [
            (deed, fit) for words, deed in ACTS.items() if (fit := re.fullmatch(words, wanted))
        ]
        assert found, f"no PSU {act}"
        deed, words = found[0]
        deed(self._psu, *words.groups())
        expected = {key: value for key, value in step.items() if key != "PSU"}
        seen: Outcome = laid_over(expected, self._seen(), self.known)
        return {"PSU": act} | seen

    def _seen(self) -> Outcome:
        if self._psu.left_for is not None:
            return {"leaves for": self._psu.left_for}
        seen: Outcome = {"page": self._psu.page.heading}
        if self._psu.page.alert:
            seen["alert"] = self._psu.page.alert
        if self._psu.page.way_on:
            seen["button leads to"] = self._psu.page.way_on
        return seen

    def _change_profile(self, deed: str) -> None:
        found = re.fullmatch(r"sets ([\w.]+) to (\d+)", deed)
        assert found, f"no bank {deed}"
        self._profile = self._server.aspsp("GET", PROFILE).json()
        changed = copy.deepcopy(self._profile)
        section, _, key = found[1].rpartition(".")
        changed[section][key] = int(found[2])
        assert self._server.aspsp("PUT", DEBUG_WRITE, changed).status_code == 200

    def _restore_profile(self) -> None:
        if self._profile is not None:
            assert self._server.aspsp("PUT", DEBUG_WRITE, self._profile).status_code == 200
            self._profile = None


def _transaction_status(answer: requests.Response) -> str:
    body = answer.json() if answer.content else {}
    return str(body.get("transactionStatus", "")) if isinstance(body, dict) else ""
