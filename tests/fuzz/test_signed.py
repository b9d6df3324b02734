"""Whatever a TPP sends to a bank that wants signatures, the answer is in the standard's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.certificates import KeyType, SandboxQtsp
from tests.fuzz.judging import judged
from tests.fuzz.test_requests import header_values
from tests.fuzz.tried import tried
from tests.http.conftest import OpenHouse
from tests.http.xs2a.signed_tpp import SIGNED, SignedTpp, seal
from tests.signing import damaged
from tests.tpps import SCT

OF_SIGNATURES = ("Signature", "Digest", "Date", "TPP-Signature-Certificate", "X-Request-ID")


@pytest.fixture
def tpp(open_house: OpenHouse, qtsp: SandboxQtsp, pisp: str) -> SignedTpp:
    """With an RSA key, which signs the same in the same way: what is drawn depends on it."""
    return SignedTpp(open_house(common=SIGNED), pisp, signer=seal(qtsp, key_type=KeyType.RSA))


def on_the_wire(text: str) -> str:
    """Without what HTTP admits in no header."""
    return "".join(each for each in text if each.isprintable() and ord(each) < 0x100)


@tried(60)
@given(
    name=st.sampled_from(OF_SIGNATURES),
    value=header_values,
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
)
def test_any_header_of_signatures(tpp: SignedTpp, name: str, value: str, method: str) -> None:
    judged(tpp.but(tampered={name: value}).call(method, f"{SCT}/1"))


@tried(60)
@given(drawn=st.data(), name=st.sampled_from(OF_SIGNATURES[:4]), body=st.binary(max_size=40))
def test_any_damage_to_a_good_one(
    tpp: SignedTpp, drawn: st.DataObject, name: str, body: bytes
) -> None:
    signed = tpp.signer.sign(tpp.headers(), body)
    broken = on_the_wire(drawn.draw(damaged(signed[name])))
    answer = tpp.but(tampered=signed | {name: broken}).call("POST", SCT, body=body)

    judged(answer, body)
    assert answer.status_int in {400, 401}
