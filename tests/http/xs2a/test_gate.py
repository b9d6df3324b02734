"""Who is let in: certificate, role, proxy, tenant, ownership (spec 3; T1-T4, E2)."""

from dataclasses import replace

import pytest

from sandbox.certificates import SandboxQtsp
from tests.contract.berlin_group import BerlinGroup
from tests.houses import PROXY, TPP, World, certificate
from tests.http.conftest import OpenHouse
from tests.http.xs2a.sending import AUTHORISATIONS, CANCELLATIONS
from tests.tpps import SCT, Headers, Made, TppClient, refusal

CERTIFICATE = "TPP-QWAC-Certificate"
NOWHERE = f"{SCT}/00000000-0000-4000-8000-000000000000"
MEMBER = "00000000-0000-4000-8000-000000000001"
# Every operation on payments there is.
OPERATIONS = [
    ("POST", SCT),
    ("GET", NOWHERE),
    ("DELETE", NOWHERE),
    ("GET", f"{NOWHERE}/status"),
    *(
        (method, f"{NOWHERE}/{below}{member}")
        for below in (AUTHORISATIONS, CANCELLATIONS)
        for method, member in (
            ("POST", ""),
            ("GET", ""),
            ("GET", f"/{MEMBER}"),
            ("PUT", f"/{MEMBER}"),
        )
    ),
]


def test_answers_are_judged_by_the_standard(tpp: TppClient, berlin_group: BerlinGroup) -> None:
    """Skipped where the OpenAPI file is not at hand: then nobody judges the answers."""
    assert tpp.world.judge is not None
    assert tpp.world.judge.document["info"] == berlin_group.document["info"]


@pytest.mark.parametrize(
    "header, code",
    [
        (None, "CERTIFICATE_MISSING"),
        ("", "CERTIFICATE_MISSING"),
        (" ", "CERTIFICATE_MISSING"),
        ("x", "CERTIFICATE_INVALID"),
        ("-----BEGIN CERTIFICATE-----", "CERTIFICATE_INVALID"),
        ("%%%", "CERTIFICATE_INVALID"),
        ("A" * 20_000, "CERTIFICATE_INVALID"),
    ],
)
@pytest.mark.parametrize("method, path", OPERATIONS)
def test_without_a_good_certificate_nobody_comes_in(
    tpp: TppClient, header: str | None, code: str, *, method: str, path: str
) -> None:
    answer = tpp.call(method, path, {CERTIFICATE: header})

    assert refusal(answer) == (401, [(code, None)])
    assert not any(tpp.world.rows().values())


@pytest.mark.parametrize(
    "since, until, code",
    [(-10, -1, "CERTIFICATE_EXPIRED"), (1, 10, "CERTIFICATE_INVALID")],
)
def test_a_certificate_counts_within_its_validity(
    tpp: TppClient, qtsp: SandboxQtsp, since: int, until: int, *, code: str
) -> None:
    header = certificate(qtsp, since=since, until=until)

    assert refusal(tpp.post(headers={CERTIFICATE: header})) == (401, [(code, None)])


def test_a_certificate_is_asked_for_before_anything_else_is_judged(tpp: TppClient) -> None:
    nothing_right = {CERTIFICATE: None, "X-Request-ID": None, "Content-Type": "text/html"}
    answer = tpp.post(b"{", nothing_right, "/v1/payments/no-such-product")

    assert refusal(answer) == (401, [("CERTIFICATE_MISSING", None)])


def test_rfc_9440_is_understood_too(tpp: TppClient) -> None:
    pem = "".join(part for part in _pem_lines(tpp.certificate) if "-----" not in part)
    sent = {CERTIFICATE: None, "Client-Cert": f":{pem}:"}

    assert tpp.post(headers=sent).status_int == 201


def _pem_lines(header: str) -> list[str]:
    return (
        header.replace("%0A", "\n")
        .replace("%20", " ")
        .replace("%2B", "+")
        .replace("%2F", "/")
        .replace("%3D", "=")
        .splitlines()
    )


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_each_operation_needs_the_role_and_a_request_id(
    tpp: TppClient, qtsp: SandboxQtsp, method: str, path: str
) -> None:
    stranger = TppClient(tpp.world, certificate(qtsp, replace(TPP, roles=("PSP_AI",))))

    assert refusal(stranger.call(method, path)) == (401, [("ROLE_INVALID", None)])
    assert refusal(tpp.call(method, path, {"Accept": "text/html"})) == (
        406,
        [("REQUESTED_FORMATS_INVALID", None)],
    )
    nameless = tpp.call(method, path, {"X-Request-ID": None}, b"{}")
    assert (nameless.status_int, refusal(nameless)[1][0]) == (
        400,
        ("FORMAT_ERROR", "x-request-id"),
    )


@pytest.mark.parametrize("method, path", OPERATIONS[1:])
def test_each_operation_needs_a_payment_and_a_service(
    tpp: TppClient, method: str, path: str
) -> None:
    elsewhere = path.replace("/payments/", "/foo-payments/")
    other_product = path.replace("sepa-credit", "foo")

    assert refusal(tpp.call(method, path)) == (404, [("RESOURCE_UNKNOWN", None)])
    assert refusal(tpp.call(method, elsewhere)) == (400, [("PARAMETER_NOT_SUPPORTED", None)])
    assert refusal(tpp.call(method, other_product)) == (
        404,
        [("PRODUCT_UNKNOWN", "payment-product")],
    )


# roles in the certificate; what the proxy grants; does the profile check the certificate's
@pytest.mark.parametrize(
    "roles, granted, checked, status",
    [
        (("PSP_PI",), None, True, 201),
        (("PSP_AI",), None, True, 401),
        (("PSP_IC",), None, True, 401),
        (("PSP_AS",), None, True, 201),
        (("PSP_AI", "PSP_PI"), None, True, 201),
        (("PSP_AI",), None, False, 201),
        (("PSP_AI",), "PISP", True, 201),
        (("PSP_AI",), "AISP, PISP", True, 201),
        (("PSP_AI",), "ASPSP", True, 201),
        (("PSP_PI",), "AISP", True, 401),
        (("PSP_PI",), "FOO", True, 401),
        (("PSP_PI",), "", True, 201),
        (("PSP_AI",), "", True, 401),
        (("PSP_PI",), "FOO", False, 401),
        (("PSP_PI",), "FOO,PISP", True, 201),
    ],
)
def test_payments_need_the_role_of_a_pisp(
    open_house: OpenHouse,
    qtsp: SandboxQtsp,
    roles: tuple[str, ...],
    granted: str | None,
    *,
    checked: bool,
    status: int,
) -> None:
    world = open_house(common={"checkTppRolesFromCertificateSupported": checked})
    tpp = TppClient(world, certificate(qtsp, replace(TPP, roles=roles)))
    answers = (
        tpp.post(headers={"TPP-Roles-Allowed": granted}),
        tpp.get(NOWHERE, {"TPP-Roles-Allowed": granted}),
    )

    if status == 401:
        assert [refusal(each) for each in answers] == [(401, [("ROLE_INVALID", None)])] * 2
    else:
        assert [each.status_int for each in answers] == [201, 404]


@pytest.mark.parametrize(
    "proxies, address, status",
    [
        ((PROXY,), PROXY, 201),
        ((PROXY,), "192.0.2.1", 401),
        (("10.0.0.0/8",), "10.1.2.3", 201),
        (("10.0.0.0/8",), "11.1.2.3", 401),
        (("10.0.0.0/8",), "::ffff:10.1.2.3", 201),
        ((), PROXY, 401),
        ((PROXY,), "", 401),
    ],
)
def test_only_the_banks_proxy_may_present_a_certificate(
    open_house: OpenHouse, pisp: str, proxies: tuple[str, ...], address: str, *, status: int
) -> None:
    world = open_house(trusted_proxies=proxies)
    world.xs2a.extra_environ["REMOTE_ADDR"] = address
    answer = TppClient(world, pisp).post()

    assert answer.status_int == status
    if status == 401:
        assert refusal(answer) == (401, [("CERTIFICATE_MISSING", None)])


def test_the_sandbox_lends_an_identity_only_where_none_is_presented(
    open_house: OpenHouse, pisp: str
) -> None:
    world = open_house(default_tpp=True)
    tpp = TppClient(world, pisp)
    lent = {CERTIFICATE: None}
    own, borrowed = tpp.initiated(), tpp.initiated(headers=lent)

    assert tpp.get(own.status_path).status_int == 200
    assert tpp.get(borrowed.status_path, lent).status_int == 200
    assert tpp.get(borrowed.status_path).status_int == 404
    assert tpp.get(own.status_path, lent).status_int == 404
    assert refusal(tpp.post(headers={CERTIFICATE: "x"}))[1] == [("CERTIFICATE_INVALID", None)]


def _paths(made: Made) -> tuple[str, ...]:
    return made.path, made.status_path, made.authorisations, made.authorisation_path


@pytest.mark.parametrize(
    "other",
    [
        replace(TPP, authorisation_number="PSDDE-BAFIN-100002"),
        replace(TPP, authority_id="AT-FMA"),
    ],
    ids=["another number", "another authority"],
)
def test_the_payment_of_another_tpp_is_unknown(
    tpp: TppClient, qtsp: SandboxQtsp, other: object
) -> None:
    stranger = TppClient(tpp.world, certificate(qtsp, other))  # type: ignore[arg-type]
    made = tpp.initiated()
    before = tpp.world.all_rows("payments")
    theirs = [
        stranger.call(
            method, path.replace(NOWHERE, made.path).replace(MEMBER, made.authorisation_id)
        )
        for method, path in OPERATIONS[1:]
    ]

    assert [each.status_int for each in theirs] == [404] * 11
    assert {each.body for each in theirs} == {stranger.get(NOWHERE).body}
    assert tpp.world.all_rows("payments") == before
    assert [tpp.get(path).status_int for path in _paths(made)] == [200] * 4


def test_a_renewed_certificate_keeps_the_payments(tpp: TppClient, qtsp: SandboxQtsp) -> None:
    renewed = replace(TPP, name="Example Pay International", roles=("PSP_PI", "PSP_AI"))
    made = tpp.initiated()

    assert TppClient(tpp.world, certificate(qtsp, renewed)).get(made.path).status_int == 200
    assert tpp.world.rows()["tpps"] == 1


@pytest.mark.parametrize(
    "asked, status",
    [
        ({"Instance-ID": "one"}, 200),
        ({"Instance-ID": "ONE"}, 200),
        ({"Instance-ID": " one "}, 200),
        ({"Instance-ID": "two"}, 404),
        ({}, 404),
        ({"Instance-ID": "UNDEFINED"}, 404),
        ({"Instance-ID": "three"}, 404),
    ],
)
def test_the_payment_of_another_tenant_is_unknown(
    open_house: OpenHouse, pisp: str, asked: Headers, *, status: int
) -> None:
    tpp = TppClient(open_house(tenants={"one": {}, "two": {}}), pisp)
    made = tpp.initiated(headers={"Instance-ID": "one"})
    answers = [tpp.get(path, asked) for path in _paths(made)]

    assert [each.status_int for each in answers] == [status] * 4
    if status == 404:
        assert {code for each in answers for code, _ in refusal(each)[1]} == {"RESOURCE_UNKNOWN"}


def test_each_tenant_has_the_profile_of_its_own(open_house: OpenHouse, pisp: str) -> None:
    strict = {"common": {"psuInInitialRequestMandated": True}}
    tpp = TppClient(open_house(tenants={"strict": strict, "easy": {}}), pisp)

    assert tpp.post(headers={"Instance-ID": "easy"}).status_int == 201
    assert tpp.post().status_int == 201
    assert refusal(tpp.post(headers={"Instance-ID": "strict"})) == (
        400,
        [("FORMAT_ERROR", "psu-id")],
    )


@pytest.mark.parametrize("tenant", [None, "", " ", "UNDEFINED", "undefined"])
def test_the_default_tenant_has_several_names(tpp: TppClient, tenant: str | None) -> None:
    made = tpp.initiated()

    assert tpp.get(made.status_path, {"Instance-ID": tenant}).status_int == 200


@pytest.mark.parametrize("tenant", ["a b", "ä", "x" * 101, "a/b", "%00", "a\tb"])
@pytest.mark.parametrize("method, path", [("POST", SCT), ("GET", NOWHERE)])
def test_a_tenant_that_cannot_be_is_refused(
    world: World, pisp: str, tenant: str, *, method: str, path: str
) -> None:
    answer = TppClient(world, pisp).call(
        method, path, {"Instance-ID": tenant.encode().decode("latin-1")}
    )

    assert refusal(answer) == (400, [("FORMAT_ERROR", "instance-id")])
