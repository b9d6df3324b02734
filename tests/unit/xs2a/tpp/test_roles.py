"""Which roles let a caller in."""

import pytest

from cms.domain.parties import Role, Tpp
from xs2a.tpp.caller import Caller
from xs2a.tpp.refusals import RoleInvalid
from xs2a.tpp.roles import check_role, roles_named

AS, PI, AI, IC = Role.PSP_AS, Role.PSP_PI, Role.PSP_AI, Role.PSP_IC


def caller(certified: set[Role], allowed: set[Role] | None) -> Caller:
    tpp = Tpp("PSDDE-BAFIN-911911", "DE-BAFIN", roles=frozenset(certified))
    return Caller(tpp, None, None if allowed is None else frozenset(allowed))


@pytest.mark.parametrize(
    "named, roles",
    [
        ("PISP", {PI}),
        ("AISP,PISP", {AI, PI}),
        (" AISP ,  PIISP ", {AI, IC}),
        ("pisp", {PI}),
        ("ASPSP", {AS}),
        ("FOO, PISP, ,", {PI}),
        ("PISP AISP", set()),
        ("FOO", set()),
        ("", set()),
    ],
)
def test_the_header_names_services(named: str, roles: set[Role]) -> None:
    assert roles_named(named) == roles


@pytest.mark.parametrize(
    "certified, allowed, certificate_counts, let_in",
    [
        ({PI}, None, True, True),
        ({AI}, None, True, False),
        ({AI, IC}, None, True, False),
        (set(), None, True, False),
        ({AS}, None, True, True),
        ({AI}, None, False, True),
        (set(), None, False, True),
        ({AI}, {PI}, True, True),
        ({PI}, {AI}, True, False),
        ({PI}, set(), True, False),
        ({AI}, {AS}, True, True),
        ({PI}, {AI}, False, False),
        ({PI}, set(), False, False),
        ({AI}, {PI}, False, True),
    ],
)
def test_the_proxy_counts_above_the_certificate(
    certified: set[Role], allowed: set[Role] | None, certificate_counts: bool, let_in: bool
) -> None:
    def check() -> None:
        check_role(caller(certified, allowed), PI, certificate_counts=certificate_counts)

    if let_in:
        check()
    else:
        with pytest.raises(RoleInvalid, match="PISP"):
            check()


@pytest.mark.parametrize("held", Role)
@pytest.mark.parametrize("required", Role)
def test_a_role_opens_its_own_service_and_an_aspsp_all(held: Role, required: Role) -> None:
    try:
        check_role(caller({held}, None), required, certificate_counts=True)
    except RoleInvalid:
        let_in = False
    else:
        let_in = True
    assert let_in == (held in {required, AS})
