"""Payments are found by all that the bank knows of them, in order, and of one tenant only."""

from datetime import timedelta
from typing import Any

import pytest

from cms.domain.authorisation import Authorisation
from cms.domain.errors import Malformed, Unknown
from cms.domain.ids import id_made_at
from cms.domain.parties import PsuId, Tpp
from cms.domain.payment import Payment
from cms.domain.search import PaymentFilter
from cms.domain.statuses import ScaStatus, TransactionStatus
from cms.service.payments import NewPayment
from cms.service.search import MOST_BYTES, PaymentSearch
from cms.store.queries.search import MOST_OF_A_KEY
from tests.houses import NOW
from tests.store.rooms import ON_SQLITE, TENANT, Rooms

OTHER = "other"
MINUTE = timedelta(minutes=1)
ANTON, MARION = PsuId("anton"), PsuId("marion", "RETAIL")
FIRST = Tpp("PSDDE-BAFIN-000001", "DE-BAFIN")
SAME_NUMBER = Tpp("PSDDE-BAFIN-000001", "XX-OTHER")
SECOND = Tpp("PSDDE-BAFIN-000002", "DE-BAFIN")


def kept(rooms: Rooms, minute: int, tpp: Tpp = FIRST, **fields: Any) -> Payment:
    """A payment that was made so many minutes after NOW."""
    at = NOW + minute * MINUTE
    tenant = fields.get("instance_id", TENANT)
    payment = rooms.payment(
        payment_id=id_made_at(at, minute << 62),
        created_at=at,
        tpp_id=rooms.tpps.register(tpp, tenant),
        **fields,
    )
    rooms.payments.keep(NewPayment(payment, f"body {minute}".encode()))
    return payment


def below(rooms: Rooms, payment: Payment, status: ScaStatus) -> Authorisation:
    authorisation = rooms.authorisation(payment, status=status)
    with rooms.store.writing() as uow:
        uow.authorisations.add(authorisation)
    return authorisation


@pytest.fixture
def many(rooms: Rooms) -> list[Payment]:
    s = TransactionStatus
    made = [
        kept(rooms, 0, psus=(ANTON,), aspsp_account_id="a", bank_reference="ref-0"),
        kept(rooms, 1, psus=(ANTON, MARION), aspsp_account_id="a", status=s.ACSC),
        kept(rooms, 2, SECOND, psus=(MARION,), aspsp_account_id="b", status=s.RJCT),
        kept(rooms, 3, SAME_NUMBER, status=s.ACSC),
        kept(rooms, 4, SECOND, psus=(PsuId("anton", None, "Anton Ltd"),)),
        kept(rooms, 5, psus=(ANTON,), aspsp_account_id="a", instance_id=OTHER),
    ]
    below(rooms, made[1], ScaStatus.FINALISED)
    below(rooms, made[1], ScaStatus.FINALISED)
    below(rooms, made[4], ScaStatus.RECEIVED)
    return made


WANTED: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [0, 1, 2, 3, 4]),
    ({"instance_id": OTHER}, [5]),
    ({"instance_id": "nobody"}, []),
    ({"tpp_authorisation_number": FIRST.authorisation_number}, [0, 1, 3]),
    ({"tpp_authorisation_number": SECOND.authorisation_number}, [2, 4]),
    ({"tpp_authorisation_number": "PSDDE-BAFIN-999999"}, []),
    ({"psu": ANTON}, [0, 1, 4]),
    ({"psu": PsuId("anton", None, "Anton Ltd")}, [4]),
    ({"psu": PsuId("marion", "CORPORATE")}, []),
    ({"aspsp_account_id": "a"}, [0, 1]),
    ({"aspsp_account_id": "a", "instance_id": OTHER}, [5]),
    ({"status": TransactionStatus.ACSC}, [1, 3]),
    ({"status": TransactionStatus.ACSC, "psu": ANTON}, [1]),
    ({"sca_status": ScaStatus.FINALISED}, [1]),
    ({"sca_status": ScaStatus.FINALISED, "psu": MARION}, [1]),
    ({"sca_status": ScaStatus.RECEIVED, "status": TransactionStatus.ACSC}, []),
    ({"key": "ref-0"}, [0]),
    ({"key": "ref-0", "instance_id": OTHER}, []),
    ({"key": "' OR 1=1"}, []),
    ({"since": NOW + MINUTE}, [1, 2, 3, 4]),
    ({"before": NOW + MINUTE}, [0]),
    ({"since": NOW + MINUTE, "before": NOW + 3 * MINUTE}, [1, 2]),
    ({"since": NOW + MINUTE, "psu": ANTON}, [1, 4]),
]


@pytest.mark.parametrize("wanted, expected", WANTED)
def test_what_fits_is_found_in_both_orders(
    rooms: Rooms, many: list[Payment], wanted: dict[str, Any], expected: list[int]
) -> None:
    search = PaymentSearch(rooms.store)
    filtered = PaymentFilter(**{"instance_id": TENANT} | wanted)
    page = search.page(filtered, index=0, size=10)
    newest = search.newest(filtered, size=10)

    assert [many.index(each.payment) for each in page.found] == expected
    assert page.total == len(expected)
    assert [(each.payment, each.tpp) for each in newest] == [
        (each.payment, each.tpp) for each in reversed(page.found)
    ]


def test_a_payment_is_found_by_its_authorisation(rooms: Rooms, many: list[Payment]) -> None:
    authorisation = below(rooms, many[2], ScaStatus.RECEIVED)
    for key in (authorisation.authorisation_id, many[2].payment_id):
        (found,) = PaymentSearch(rooms.store).newest(PaymentFilter(TENANT, key=key), size=5)
        assert (found.payment, found.tpp) == (many[2], SECOND)


@pytest.mark.parametrize(
    "sizes, told",
    [
        ((MOST_BYTES // 2, MOST_BYTES // 2), True),
        ((MOST_BYTES // 2, MOST_BYTES // 2 + 1), False),
        ((MOST_BYTES + 1,), True),
    ],
    ids=["just fits", "too large", "a single one"],
)
def test_a_page_holds_so_many_bytes_or_one_payment(
    rooms: Rooms, sizes: tuple[int, ...], told: bool
) -> None:
    for minute, size in enumerate(sizes):
        payment = kept(rooms, minute)
        with rooms.store.writing() as uow:
            uow.payments.set_body(payment, b"x" * size)
    search, all_of_it = PaymentSearch(rooms.store), PaymentFilter(TENANT)
    if told:
        page = search.page(all_of_it, index=0, size=2)
        assert tuple(len(each.body) for each in page.found) == sizes
        return
    with pytest.raises(Malformed) as refused:
        search.page(all_of_it, index=0, size=2)
    assert refused.value.path == "itemsPerPage"
    assert len(search.page(all_of_it, index=1, size=1).found) == 1
    assert len(search.newest(all_of_it, size=2)) == 2


@ON_SQLITE
def test_a_reference_that_very_many_payments_have_finds_some_of_them(rooms: Rooms) -> None:
    """And never those of another tenant, however many there are."""
    for number in range(MOST_OF_A_KEY + 1):
        kept(rooms, number, bank_reference="the same", instance_id=OTHER)
    mine = kept(rooms, MOST_OF_A_KEY + 1, bank_reference="the same")
    search = PaymentSearch(rooms.store)

    (found,) = search.newest(PaymentFilter(TENANT, key="the same"), size=9)
    assert found.payment == mine
    of_other = search.page(PaymentFilter(OTHER, key="the same"), index=0, size=1)
    assert of_other.total == MOST_OF_A_KEY


def test_pages_are_parts_of_the_whole(rooms: Rooms, many: list[Payment]) -> None:
    search, all_of_it = PaymentSearch(rooms.store), PaymentFilter(TENANT)
    pages = [search.page(all_of_it, index=index, size=2) for index in range(4)]
    assert [[many.index(each.payment) for each in page.found] for page in pages] == [
        [0, 1],
        [2, 3],
        [4],
        [],
    ]
    assert {page.total for page in pages} == {5}


def test_older_ones_follow_below_the_last(rooms: Rooms, many: list[Payment]) -> None:
    search, all_of_it = PaymentSearch(rooms.store), PaymentFilter(TENANT)
    seen: list[Payment] = []
    while more := search.newest(
        all_of_it, size=2, older_than=seen[-1].payment_id if seen else None
    ):
        seen += [each.payment for each in more]
    assert seen == list(reversed(many[:5]))


def test_what_is_no_id_of_ours_has_nothing_below(rooms: Rooms) -> None:
    with pytest.raises(Unknown):
        PaymentSearch(rooms.store).newest(PaymentFilter(TENANT), size=2, older_than="%")
