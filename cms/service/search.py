"""Payments as the bank looks for them: pages for its systems, the newest for its operators."""

from typing import Final

from cms.domain.errors import Malformed
from cms.domain.ids import known_form
from cms.domain.search import FoundPayment, Page, PaymentFilter, WholePayment
from cms.store.unit_of_work import Store, UnitOfWork

MOST_BYTES: Final = 16 * 1024 * 1024  # of bodies on a page: it is made in memory


class PaymentSearch:
    """Looks, and changes nothing: what is overdue is told as it is stored."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(self, wanted: PaymentFilter, *, index: int, size: int) -> Page:
        """Page `index`, counted from 0, of what fits; in the order in which it was made.

        Raises Malformed where the bodies of several payments are too large to be told at once; one
        payment is told whatever its size.
        """
        with self._store.reading() as uow:
            total = uow.search.count(wanted)
            ids = uow.search.ids(wanted, offset=index * size, limit=size) if total else []
            if len(ids) > 1 and uow.payments.bytes_of_bodies(ids) > MOST_BYTES:
                raise Malformed(
                    "These payments are too large for one page: ask for fewer.",
                    path="itemsPerPage",
                )
            bodies = uow.payments.bodies(ids)
            found = [
                WholePayment(each.payment, each.tpp, bodies[each.payment.payment_id])
                for each in _found(uow, ids)
            ]
            return Page(found, total)

    def newest(
        self, wanted: PaymentFilter, *, size: int, older_than: str | None = None
    ) -> list[FoundPayment]:
        """At most `size` of what fits, the newest first; from below the payment `older_than` on.

        Raises Unknown for what cannot be an id of ours.
        """
        below = None if older_than is None else known_form(older_than)
        with self._store.reading() as uow:
            return _found(uow, uow.search.newest_ids(wanted, limit=size, below=below))


def _found(uow: UnitOfWork, ids: list[str]) -> list[FoundPayment]:
    payments = uow.payments.find_all(ids)
    tpps = uow.tpps.find_all({payment.tpp_id for payment in payments.values()})
    return [FoundPayment(payments[each], tpps[payments[each].tpp_id]) for each in ids]
