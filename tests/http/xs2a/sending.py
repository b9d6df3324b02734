"""What a TPP sends about authorisations, and how its answers are told in short."""

from typing import Any

import orjson

from tests.houses import World
from tests.tpps import Headers, Made, TppClient

AUTHORISATIONS, CANCELLATIONS = "authorisations", "cancellation-authorisations"
BASE = "http://localhost"
OAUTH_SERVER = "https://bank.example/.well-known/oauth-authorization-server"
NOWHERE_ID = "00000000-0000-4000-8000-000000000000"

# Approach -> what the profile says for it.
APPROACHES: dict[str, dict[str, Any]] = {
    "REDIRECT": {"scaApproachesSupported": ["REDIRECT"]},
    "OAUTH": {
        "scaApproachesSupported": ["REDIRECT"],
        "scaRedirectFlow": "OAUTH",
        "oauthConfigurationUrl": OAUTH_SERVER,
    },
    "EMBEDDED": {"scaApproachesSupported": ["EMBEDDED"]},
    "DECOUPLED": {"scaApproachesSupported": ["DECOUPLED"]},
}


def content(body: Any) -> tuple[bytes, Headers]:
    """The bytes of a body, and its Content-Type; None is no body at all."""
    if body is None:
        return b"", {"Content-Type": None}
    return body if isinstance(body, bytes) else orjson.dumps(body), {}


def start(
    tpp: TppClient,
    made: Made,
    body: Any = None,
    headers: Headers | None = None,
    *,
    below: str = AUTHORISATIONS,
) -> Any:
    """POST of an authorisation, or of a cancellation authorisation."""
    sent, of_content = content(body)
    return tpp.call("POST", f"{made.path}/{below}", {**of_content, **(headers or {})}, sent)


def update(tpp: TppClient, path: str, body: Any = None, headers: Headers | None = None) -> Any:
    """PUT of an authorisation."""
    sent, of_content = content(body)
    return tpp.call("PUT", path, {**of_content, **(headers or {})}, sent)


def cancel(tpp: TppClient, made: Made, headers: Headers | None = None) -> Any:
    """DELETE of a payment."""
    return tpp.call("DELETE", made.path, {"Content-Type": None, **(headers or {})})


def push(world: World, made: Made, status: str) -> None:
    """The bank's back office says what the payment's status is."""
    path = f"/aspsp-api/v1/pis/transaction-status/{made.payment_id}/status/{status}"
    assert world.cms.put(path).status_int == 200


def hrefs(answer: Any) -> dict[str, str]:
    """The links of an answer."""
    return {name: link["href"] for name, link in answer.json["_links"].items()}


def path_of(answer: Any) -> str:
    """The path of the authorisation that an answer is about."""
    return hrefs(answer)["scaStatus"].removeprefix(BASE)
