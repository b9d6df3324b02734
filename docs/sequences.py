# ruff: noqa: INP001
"""A recorded flow as a picture: its steps as a Mermaid sequence diagram."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

Step = dict[str, Any]


class Place(Enum):
    """Who or what takes part, as it is declared; in the order in which the fewest arrows cross."""

    TPP = "participant TPP"
    XS2A = "participant XS2A"
    CMS = "participant CMS"
    BANK = "participant Bank"
    SECOND_PSU = "actor Second as Second PSU"
    ONLINE_BANKING = "participant Pages as Online banking"
    PSU = "actor PSU"
    PHONE = "participant Phone as PSU's phone"

    @property
    def alias(self) -> str:
        """The word by which the diagram's lines name it."""
        return self.value.split()[1]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the diagram, and whom it needs. `texts` are shown below each other."""

    mermaid: str
    texts: tuple[str, ...] = ()
    needs: tuple[Place, ...] = ()

    def __str__(self) -> str:
        if not self.texts:
            return f"    {self.mermaid}"
        return f"    {self.mermaid}: {'<br/>'.join(escaped(text) for text in self.texts)}"


# What Mermaid or the browser would take for its own.
_ESCAPES: Final = str.maketrans(
    {sign: f"#{ord(sign)};" for sign in '#;%"<>'} | {"\n": " "},
)

# Headers that decide what happens; of the others the diagram is silent.
_TOLD_HEADERS: Final = (
    "TPP-Redirect-URI",
    "PSU-ID",
    "TPP-Redirect-Preferred",
    "TPP-Decoupled-Preferred",
    "TPP-Explicit-Authorisation-Preferred",
    "Authorization",
)


def sequence_diagram(steps: list[Step]) -> list[str]:
    """The diagram's lines, the declarations of those who take part first."""
    lines = [line for step in steps for line in _step_lines(step)]
    present = {place for line in lines for place in line.needs}
    declared = [f"    {place.value}" for place in Place if place in present]
    return ["sequenceDiagram", *declared, *(str(line) for line in lines)]


def escaped(text: str) -> str:
    """The text as a message of a diagram."""
    return text.translate(_ESCAPES)


def _step_lines(step: Step) -> Iterator[Line]:
    match step:
        case {"TPP": str(call)}:
            yield from _call(Place.TPP, Place.XS2A, call, step)
        case {"bank": str(deed)} if deed.startswith(("sets ", "restores ")):
            yield _note(f"The bank {deed}")
        case {"bank": str(call)}:
            yield from _call(Place.BANK, Place.CMS, call, step)
        case {"PSU": str(act)}:
            yield from _act(Place.PSU, act, step)
        case {"second PSU": str(act)}:
            yield from _act(Place.SECOND_PSU, act, step)
        case _:
            raise ValueError(f"nobody acts in {step}")


def _call(caller: Place, face: Place, call: str, step: Step) -> Iterator[Line]:
    asks = _arrow(caller, "->>", face, _request(call, step))
    answers = _arrow(face, "-->>", caller, _answer(step["gets"]))
    if "until" not in step:
        yield from (asks, answers)
        return
    *way, last = step["until"]
    passing = f", by way of {' and '.join(way)}" if way else ""
    yield Line(f"loop until {last}{passing}")
    yield from (asks, answers)
    yield Line("end")


def _act(psu: Place, act: str, step: Step) -> Iterator[Line]:
    shown = Place.PHONE if act.endswith("phone") else Place.ONLINE_BANKING
    address, *asked = act.replace("{bank}", "").replace("{xs2a}", "").split("?")
    yield _arrow(
        psu, "->>", shown, (address, *(word for each in asked for word in each.split("&")))
    )
    yield _arrow(shown, "-->>", psu, tuple(_seen(step)))


def _arrow(source: Place, arrow: str, target: Place, texts: Iterable[str]) -> Line:
    return Line(f"{source.alias}{arrow}{target.alias}", tuple(texts), (source, target))


def _note(text: str) -> Line:
    return Line(f"Note over {Place.TPP.alias},{Place.XS2A.alias}", (text,), (Place.TPP, Place.XS2A))


def _seen(step: Step) -> Iterator[str]:
    if "leaves for" in step:
        yield f"on to {step['leaves for']}"
    if "page" in step:
        yield f"“{step['page']}”"
    if "alert" in step:
        yield f"“{step['alert']}”"
    if "balances" in step:
        yield f"balance {' and '.join(step['balances'])}"
    if "button leads to" in step:
        yield f"with a button to {step['button leads to']}"


def _request(call: str, step: Step) -> Iterator[str]:
    yield _short(call)
    sends = step.get("sends", {})
    headers = sends.get("headers", {})
    yield from (f"{name} {headers[name]}" for name in _TOLD_HEADERS if name in headers)
    if step.get("token") == "none":
        yield "without a token"
    if "signs" in step:
        yield f"signed: {', '.join(step['signs'])}"
    yield from _sent(sends.get("body", sends.get("form")))
    if "text" in sends:
        yield f"{headers['Content-Type'].partition(';')[0]}, {len(sends['text'])} bytes"


def _short(call: str) -> str:
    """The call without what every reader knows by now: where the payment is."""
    method, _, path = call.partition(" ")
    before, found, rest = path.partition("{payment_id}")
    at_the_tpps_door = before.startswith("/v1/")
    return f"{method} .../{found}{rest}" if found and at_the_tpps_door else call


def _sent(body: Any) -> Iterator[str]:
    match body:
        case {"instructedAmount": {"amount": amount, "currency": currency}}:
            debtor = body.get("debtorAccount", {}).get("iban")
            yield f"{amount} {currency}{f' from {debtor}' if debtor else ''}"
            yield f"to {body['creditorName']}, {body['creditorAccount']['iban']}"
            yield from _when(body)
        case {"payments": list(payments)}:
            yield f"{len(payments)} payments from {body['debtorAccount']['iban']}"
            yield from (_transfer(each) for each in payments)
        case dict():
            yield from (f"{name} {value}" for name, value in _leaves(body))


def _transfer(payment: dict[str, Any]) -> str:
    amount = payment["instructedAmount"]
    return f"{amount['amount']} {amount['currency']} to {payment['creditorName']}"


def _when(body: dict[str, Any]) -> Iterator[str]:
    if "requestedExecutionDate" in body:
        yield f"on {body['requestedExecutionDate']}"
    if "frequency" in body:
        yield f"{body['frequency']} from {body['startDate']}"


def _leaves(body: dict[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value


# Members of an answer that tell how things stand, and what is said of them.
_TOLD_MEMBERS: Final[dict[str, Callable[[Any], str]]] = {
    "transactionStatus": lambda status: f"transactionStatus {status}",
    "scaStatus": lambda status: f"scaStatus {status}",
    "authorisationIds": lambda ids: f"authorisationIds {', '.join(ids) or 'none'}",
    "scaMethods": lambda methods: f"scaMethods {', '.join(map(_method, methods))}",
    "chosenScaMethod": lambda method: f"chosenScaMethod {_method(method)}",
    "psuMessage": lambda text: f"“{text}”",
    "tppMessages": lambda messages: ", ".join(map(_message, messages)),
    "message": lambda text: f"“{text}”",
    "access_token": lambda token: f"access_token {token}",
    "scope": lambda scope: f"scope {scope}",
    "tppNokRedirectUri": lambda uri: f"tppNokRedirectUri {uri}",
    "_links": lambda links: f"links {', '.join(links)}",
}


def _answer(gets: dict[str, Any]) -> Iterator[str]:
    approach = gets.get("headers", {}).get("Aspsp-Sca-Approach")
    yield f"{gets['status']}{f' {approach}' if approach else ''}"
    body = gets.get("body")
    if "text" in gets:
        yield f"{len(gets['text'])} bytes"
    if isinstance(body, dict):
        yield from (tell(body[name]) for name, tell in _TOLD_MEMBERS.items() if name in body)


def _method(method: dict[str, Any]) -> str:
    return str(method["authenticationType"])


def _message(message: dict[str, Any]) -> str:
    return f"{message['code']}: {message['text']}" if "text" in message else str(message["code"])
