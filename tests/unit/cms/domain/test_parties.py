"""Roles with their facts; who is the same PSU."""

import pytest

from cms.domain.parties import PsuId, Role, Tpp

FULL = PsuId("anton.brueckner", "login", "firm-1", "register")


@pytest.mark.parametrize(
    "role, oid, service",
    [
        (Role.PSP_AS, "0.4.0.19495.1.1", "ASPSP"),
        (Role.PSP_PI, "0.4.0.19495.1.2", "PISP"),
        (Role.PSP_AI, "0.4.0.19495.1.3", "AISP"),
        (Role.PSP_IC, "0.4.0.19495.1.4", "PIISP"),
    ],
)
def test_a_role_carries_its_oid_and_service(role: Role, oid: str, service: str) -> None:
    assert (role.oid, role.service) == (oid, service)
    assert Role(role.value) is role
    assert role == role.name


@pytest.mark.parametrize(
    "psu, empty",
    [
        (PsuId(), True),
        (PsuId(""), True),
        (PsuId("  "), True),
        (PsuId(None, "login", "firm-1", "register"), True),
        (PsuId("anton.brueckner"), False),
        (FULL, False),
    ],
)
def test_without_a_psu_id_nobody_is_named(psu: PsuId, empty: bool) -> None:
    assert psu.empty is empty


@pytest.mark.parametrize(
    "one, other, same",
    [
        (FULL, PsuId("anton.brueckner", "login", "firm-1", "register"), True),
        (PsuId("anton.brueckner"), PsuId("anton.brueckner"), True),
        (FULL, PsuId("max.musterman", "login", "firm-1", "register"), False),
        (FULL, PsuId("anton.brueckner", None, "firm-1", "register"), False),
        (FULL, PsuId("anton.brueckner", "login", "firm-2", "register"), False),
        (FULL, PsuId("anton.brueckner", "login", "firm-1", None), False),
        (PsuId("anton.brueckner"), PsuId("ANTON.BRUECKNER"), False),
        (PsuId(), PsuId(), False),
        (PsuId(""), PsuId(""), False),
    ],
)
def test_the_same_psu_has_all_four_members_equal(one: PsuId, other: PsuId, same: bool) -> None:
    assert one.same_as(other) is same
    assert other.same_as(one) is same


def test_equal_tpps_are_one_key() -> None:
    one, other = (Tpp("PSDDE-X-1", "DE-X", roles=frozenset({Role.PSP_PI})) for _ in range(2))
    assert {one: 1}[other] == 1
