"""Each kind of authorisation has one collection, with a path segment of its own."""

from cms.domain.authorisation import AuthorisationKind
from xs2a.spec.resources import OF_PAYMENTS, SEGMENTS


def test_each_kind_has_one_segment() -> None:
    assert SEGMENTS.keys() == set(AuthorisationKind)
    assert len(set(SEGMENTS.values())) == len(OF_PAYMENTS) == len(SEGMENTS)
