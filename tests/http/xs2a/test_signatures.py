"""Where the profile demands signatures, signed requests come in (spec 5, T5)."""

import pytest

from cms.domain.payment_service import PaymentService
from sandbox.certificates import SANDBOX_TPP, KeyType, SandboxQtsp
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import cancel, start, update
from tests.http.xs2a.signed_tpp import SIGNED, SignedTpp, seal
from tests.http.xs2a.test_gate import OPERATIONS
from tests.sent_orders import EVERYTHING, PERIODIC, SINGLE, SentOrder, in_json, in_xml, own
from tests.signing import DATE, sha_256
from tests.tpps import SCT, TppClient, refusal

MATRIX = {"supportedPaymentTypeAndProductMatrix": EVERYTHING}
EMBEDDED = {"scaApproachesSupported": ["EMBEDDED"]}
ORDERS = (
    in_json(SINGLE, "sepa-credit-transfers"),
    in_json(PaymentService.BULK_PAYMENTS, "sepa-credit-transfers"),
    in_xml(SINGLE, "pain.001-sepa-credit-transfers"),
    in_xml(PERIODIC, "pain.001-sepa-credit-transfers"),
    *own(PERIODIC),
)


@pytest.fixture(params=KeyType, ids=str)
def tpp(request: pytest.FixtureRequest, open_house: OpenHouse, qtsp: SandboxQtsp) -> SignedTpp:
    pisp: str = request.getfixturevalue("pisp")
    world = open_house(common=SIGNED | EMBEDDED, pis=MATRIX)
    return SignedTpp(world, pisp, signer=seal(qtsp, key_type=request.param))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.service}-{order.content_type}")
def test_the_bytes_that_were_signed_are_those_that_are_read(
    tpp: SignedTpp, order: SentOrder
) -> None:
    made = tpp.initiated(order.body, {"Content-Type": order.content_type}, order.path)

    read = tpp.get(made.path)
    assert read.status_int == 200
    if order.content_type != "application/json" or order in own(PERIODIC):
        assert read.body == order.body


def test_every_method_with_and_without_a_body(tpp: SignedTpp) -> None:
    made = tpp.initiated(headers={"PSU-ID": "anton.brueckner"})
    password = {"psuData": {"password": "12345"}}
    assert update(tpp, made.authorisation_path, password).status_int == 200
    assert tpp.get(made.status_path).status_int == 200
    assert tpp.get(made.authorisation_path).status_int == 200
    assert start(tpp, made).status_int == 201
    assert cancel(tpp, made).status_int == 204


def test_a_body_where_none_is_read_must_be_signed_too(tpp: SignedTpp) -> None:
    made = tpp.initiated()

    assert tpp.call("GET", made.path, body=b"whatever").status_int == 200
    assert refusal(tpp.but(swapped=b"else").call("GET", made.path, body=b"whatever")) == (
        400,
        [("FORMAT_ERROR", "digest")],
    )


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_no_operation_is_open_to_whoever_does_not_sign(
    tpp: SignedTpp, method: str, path: str
) -> None:
    unsigned = TppClient(tpp.world, tpp.certificate)
    stranger = tpp.but(tampered={"X-Request-ID": "99391c7e-ad88-49ec-a2ad-99ddcb1f7722"})

    assert refusal(unsigned.call(method, path)) == (401, [("SIGNATURE_MISSING", "signature")])
    assert refusal(stranger.call(method, path)) == (401, [("SIGNATURE_INVALID", "signature")])
    assert tpp.world.bank.asked == []


@pytest.mark.parametrize("signature", ["", "x", 'keyId="1"'])
def test_where_the_profile_does_not_ask_for_signatures_they_are_ignored(
    open_house: OpenHouse, pisp: str, signature: str
) -> None:
    unasked = TppClient(open_house(), pisp)
    sent = {"Signature": signature, "Digest": "SHA-256=x", "Date": "long ago"}

    assert unasked.post(headers=sent).status_int == 201


def test_each_tenant_has_a_profile_of_its_own(
    open_house: OpenHouse, qtsp: SandboxQtsp, pisp: str
) -> None:
    world = open_house(tenants={"strict": {"common": SIGNED}, "mild": {}})
    unsigned = TppClient(world, pisp)

    assert unsigned.post(headers={"Instance-ID": "mild"}).status_int == 201
    assert refusal(unsigned.post(headers={"Instance-ID": "strict"})) == (
        401,
        [("SIGNATURE_MISSING", "signature")],
    )
    signed = SignedTpp(world, pisp, signer=seal(qtsp))
    assert signed.post(headers={"Instance-ID": "strict"}).status_int == 201


def test_the_default_tpp_of_a_sandbox_signs_as_everybody_does(
    open_house: OpenHouse, qtsp: SandboxQtsp
) -> None:
    world = open_house(common=SIGNED, default_tpp=True)
    tpp = SignedTpp(world, "", signer=seal(qtsp, SANDBOX_TPP))

    assert tpp.post().status_int == 201
    assert refusal(tpp.but(signer=seal(qtsp)).post()) == (401, [("SIGNATURE_INVALID", "signature")])


@pytest.mark.parametrize("names", ["digest x-request-id tpp-redirect-uri (request-target)"])
def test_method_and_address_may_be_signed(tpp: SignedTpp, names: str) -> None:
    made = tpp.initiated()
    exact = tpp.but(how={"names": names.split(), "target": f"get {made.path}?a=%20b"})

    assert exact.get(f"{made.path}?a=%20b").status_int == 200
    for elsewhere in (made.path, f"{made.path}?a=+b", f"{made.path}/status?a=%20b"):
        assert refusal(exact.get(elsewhere))[0] == 401
    assert refusal(exact.call("DELETE", f"{made.path}?a=%20b"))[0] == 401


def test_headers_that_wsgi_keeps_elsewhere_can_be_signed(tpp: SignedTpp) -> None:
    names = ("content-type", "digest", "x-request-id", "tpp-redirect-uri", "date")

    assert tpp.but(how={"names": names}).post().status_int == 201


def test_a_chunked_body_is_read_as_it_was_signed(tpp: SignedTpp) -> None:
    body = in_json(SINGLE, "sepa-credit-transfers").body
    signed = tpp.signer.sign(tpp.headers(), body)

    app, environ = tpp.world.xs2a.app, {"wsgi.input_terminated": True}
    answer = app.test_client().post(
        SCT,
        data=body,
        headers=signed,
        environ_overrides=environ | {"CONTENT_LENGTH": ""},
        environ_base={"REMOTE_ADDR": "127.0.0.1"},
    )
    assert answer.status_code == 201, answer.text


def test_a_body_that_is_too_large_is_not_even_hashed(tpp: SignedTpp) -> None:
    body = b" " * (2 * 1024 * 1024 + 1)
    answer = tpp.call("POST", SCT, body=body)

    assert refusal(answer) == (413, [("FORMAT_ERROR", None)])


def test_signatures_by_hand(tpp: SignedTpp) -> None:
    """The helper of these tests does nothing else than the standard's own example."""
    signed = tpp.signer.sign({"X-Request-ID": "1"}, b"", names=("digest", "x-request-id"))

    assert (
        signed["Digest"] == sha_256(b"") == "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    )
    assert signed["Date"] == DATE
    assert 'headers="digest x-request-id"' in signed["Signature"]
