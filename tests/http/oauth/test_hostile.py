"""Whatever is sent to the authorization server, it answers; never with a 5xx (E4)."""

from string import ascii_letters, digits
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.oauth.acting import Actors, challenge
from tests.tpps import OK_URI

ODD = st.text(max_size=60) | st.sampled_from(
    ["\x00", '"', "\\", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "a" * 3000]
)
ASKED = {
    "response_type": "code",
    "client_id": "PSDDE-BAFIN-100001",
    "redirect_uri": OK_URI,
    "scope": "PIS",
    "state": "s",
    "code_challenge": challenge(),
    "code_challenge_method": "S256",
}
TOKEN = {
    "grant_type": "authorization_code",
    "code": "c",
    "redirect_uri": OK_URI,
    "code_verifier": "v" * 43,
    "client_id": "PSDDE-BAFIN-100001",
    "refresh_token": "r",
    "scope": "PIS",
    "token": "t",
    "token_type_hint": "access_token",
}
tried = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def changed(base: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    """The parameters with up to three of them odd."""
    odd = st.dictionaries(st.sampled_from(sorted(base)), ODD, min_size=1, max_size=3)
    return odd.map(lambda found: base | found)


def test_requests_for_access(pre_step: Actors) -> None:
    @tried
    @given(changed(ASKED))
    def is_answered(sent: dict[str, str]) -> None:
        answer = pre_step.world.xs2a.get(f"/oauth/authorize?{urlencode(sent)}")
        assert answer.status_int in {303, 400}

    is_answered()


def test_requests_of_clients(pre_step: Actors) -> None:
    paths = st.sampled_from(["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
    grants = st.sampled_from(["authorization_code", "refresh_token"])

    @tried
    @given(paths, grants, changed(TOKEN))
    def is_answered(path: str, grant: str, sent: dict[str, str]) -> None:
        odd_grant = sent["grant_type"] != TOKEN["grant_type"]
        answer = pre_step.post(path, sent if odd_grant else {**sent, "grant_type": grant})
        assert answer.status_int in {200, 400}

    is_answered()


def test_ways_back(integrated: Actors) -> None:
    """Also with the id of a request that waits, and with what its proof is made of."""
    made = integrated.tpp.initiated()
    integrated.ask(f"PIS:{made.payment_id}")
    ok, _ = integrated.ways_back(made)
    integrated.authorise(made)
    *_, real_id, real_proof = ok.split("/")
    key_id, _, sealed = real_proof.partition(".")
    base64 = st.text(f"{ascii_letters}{digits}-_=", max_size=80)
    proofs = (
        ODD
        | (ODD | base64).map(lambda odd: f"{key_id}.{odd}")
        | (ODD | base64).map(lambda odd: f"{odd}.{sealed}")
        | st.integers(0, len(sealed) - 1).map(lambda end: f"{key_id}.{sealed[:end]}")
    )

    @tried
    @given(st.just(real_id) | ODD, proofs, ODD)
    def is_answered(request_id: str, proof: str, code: str) -> None:
        paths = [f"/oauth/approved/{quote(request_id, safe='')}/{quote(proof, safe='')}"]
        if request_id != real_id:
            paths.append(f"/oauth/declined/{quote(request_id, safe='')}")
        for path in paths:
            answer: Any = integrated.world.xs2a.get(f"{path}?confirmationCode={quote(code)}")
            assert answer.status_int in {400, 404, 405}

    is_answered()
    assert integrated.come_back(ok).status_int == 200  # nothing of all that has used it up


def test_tokens(pre_step: Actors) -> None:
    visible = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=200)

    @tried
    @given(visible)
    def is_answered(token: str) -> None:
        answer = pre_step.tpp.post(headers={"Authorization": f"Bearer {token}"})
        assert answer.status_int == 401

    is_answered()
