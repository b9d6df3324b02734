"""Payments: rows to domain and back."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from cms.domain.parties import PsuId
from cms.domain.payment import CancellationRequest, Payment, RedirectUris, TppWishes
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, TransactionStatus
from cms.store.inserts import NewRow, PreparedInsert
from cms.store.queries.psus import psu_columns, psu_of
from cms.store.tables import payment_psus, payments

_COLUMNS = [column for column in payments.c if column.name != "body"]
_PSU_COLUMNS = [column for column in payment_psus.c if column.name != "payment_id"]
_FIND = (
    select(*_COLUMNS, *_PSU_COLUMNS)
    .select_from(payments.outerjoin(payment_psus))
    .where(payments.c.payment_id == bindparam("id"))
    .order_by(payment_psus.c.position)
)
_FIND_ALL = (
    select(*_COLUMNS, *_PSU_COLUMNS)
    .select_from(payments.outerjoin(payment_psus))
    .where(payments.c.payment_id.in_(bindparam("ids", expanding=True)))
    .order_by(payments.c.payment_id, payment_psus.c.position)
)
_LOCK = select(payments.c.payment_id).where(payments.c.payment_id == bindparam("id"))
# `key_share`: a row that refers to the payment may be added meanwhile without a deadlock.
_LOCK = _LOCK.with_for_update(key_share=True)
_BODY = select(payments.c.body).where(payments.c.payment_id == bindparam("id"))
_BODIES = select(payments.c.payment_id, payments.c.body).where(
    payments.c.payment_id.in_(bindparam("ids", expanding=True))
)
_BYTES_OF_BODIES = select(func.coalesce(func.sum(func.length(payments.c.body)), 0)).where(
    payments.c.payment_id.in_(bindparam("ids", expanding=True))
)
# Of a new payment nothing is cancelled, and the bank has not been asked to do anything yet.
_LATER = (
    "cancellation_requested_at",
    "cancellation_redirect_uri",
    "cancellation_nok_redirect_uri",
    "cancellation_internal_request_id",
    "open_intent_id",
)
_INSERT = PreparedInsert(payments, without=_LATER)
_INSERT_PSU = PreparedInsert(payment_psus)
_UPDATE = update(payments).where(payments.c.payment_id == bindparam("id"))


class PaymentQueries:
    """Payments over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, payment_id: str, *, lock: bool = False) -> Payment | None:
        """The payment, or None. With `lock` nobody else can move it until we commit."""
        if lock:  # a row of its own: PostgreSQL cannot lock the outer side of a join
            self._connection.execute(_LOCK, {"id": payment_id})
        rows = self._connection.execute(_FIND, {"id": payment_id}).all()
        return _payment(rows) if rows else None

    def find_all(self, payment_ids: Collection[str]) -> dict[str, Payment]:
        """Those of the payments that there are, by their ids."""
        rows = self._connection.execute(_FIND_ALL, {"ids": list(payment_ids)})
        return {
            payment_id: _payment(list(of_one))
            for payment_id, of_one in groupby(rows, lambda row: str(row.payment_id))
        }

    def bodies(self, payment_ids: Collection[str]) -> dict[str, bytes]:
        """The bytes that were sent, by the payments' ids."""
        rows = self._connection.execute(_BODIES, {"ids": list(payment_ids)})
        return {row.payment_id: bytes(row.body) for row in rows}

    def bytes_of_bodies(self, payment_ids: Collection[str]) -> int:
        """How many bytes were sent for these payments in all."""
        rows = self._connection.execute(_BYTES_OF_BODIES, {"ids": list(payment_ids)})
        return int(rows.scalar_one())

    def body(self, payment_id: str) -> bytes:
        """The bytes that the TPP sent."""
        return bytes(self._connection.execute(_BODY, {"id": payment_id}).scalar_one())

    def add_psu(self, payment: Payment, psu: PsuId) -> None:
        """One more PSU takes part in the payment."""
        _INSERT_PSU.run(self._connection, _psu_row(payment, psu))

    def set_multilevel(self, payment: Payment) -> None:
        """Several PSUs have to authorise the payment (A10)."""
        self._set(payment, multilevel=True)

    def set_body(self, payment: Payment, body: bytes) -> None:
        """The bank has put another order in the place of the TPP's."""
        self._set(payment, body=body)

    def set_cancellation(self, payment: Payment, request: CancellationRequest) -> None:
        """The TPP has asked to cancel, and a PSU has to agree (P7)."""
        self._set(payment, **_cancellation_columns(request))

    def set_open_intent(self, payment: Payment, intent_id: str | None) -> None:
        """The bank has been asked to execute or cancel the payment; None: its answer is known."""
        self._set(payment, open_intent_id=intent_id)

    def _set(self, payment: Payment, **columns: Any) -> None:
        self._connection.execute(_UPDATE.values(columns), {"id": payment.payment_id})


def new_payment_rows(payment: Payment, body: bytes) -> list[NewRow]:
    """A new payment with its PSUs and its bytes."""
    rows: list[NewRow] = [(_INSERT, _row(payment) | {"body": body})]
    rows += [(_INSERT_PSU, _psu_row(payment, psu)) for psu in payment.psus]
    return rows


def _psu_row(payment: Payment, psu: PsuId) -> dict[str, Any]:
    position = payment.psus.index(psu)
    return {"payment_id": payment.payment_id, "position": position} | psu_columns(psu)


def _row(payment: Payment) -> dict[str, Any]:
    wishes = payment.wishes
    return {
        "payment_id": payment.payment_id,
        "instance_id": payment.instance_id,
        "tpp_id": payment.tpp_id,
        "payment_service": payment.service.value,
        "payment_product": payment.product,
        "transaction_status": payment.status.value,
        "status_cause": payment.status_cause.value,
        "status_changed_at": payment.status_changed_at,
        "created_at": payment.created_at,
        "confirm_by": payment.confirm_by,
        "content_type": payment.content_type,
        "bank_reference": payment.bank_reference,
        "aspsp_account_id": payment.aspsp_account_id,
        "internal_request_id": payment.internal_request_id,
        "redirect_uri": wishes.redirect_uris.ok,
        "nok_redirect_uri": wishes.redirect_uris.nok,
        "notification_uri": wishes.notification_uri,
        "notification_modes": ",".join(wishes.notification_modes) or None,
        "brand_logging_information": wishes.brand_logging_information,
        "multilevel": payment.multilevel,
    }


def _cancellation_columns(request: CancellationRequest) -> dict[str, Any]:
    return {
        "cancellation_requested_at": request.requested_at,
        "cancellation_redirect_uri": request.redirect_uris.ok,
        "cancellation_nok_redirect_uri": request.redirect_uris.nok,
        "cancellation_internal_request_id": request.internal_request_id,
    }


def _cancellation(row: Row[Any]) -> CancellationRequest | None:
    if row.cancellation_requested_at is None:
        return None
    return CancellationRequest(
        requested_at=row.cancellation_requested_at,
        redirect_uris=RedirectUris(
            ok=row.cancellation_redirect_uri, nok=row.cancellation_nok_redirect_uri
        ),
        internal_request_id=row.cancellation_internal_request_id,
    )


def _payment(rows: Sequence[Row[Any]]) -> Payment:
    row = rows[0]
    modes = row.notification_modes
    return Payment(
        payment_id=row.payment_id,
        instance_id=row.instance_id,
        tpp_id=row.tpp_id,
        service=PaymentService(row.payment_service),
        product=row.payment_product,
        status=TransactionStatus(row.transaction_status),
        status_cause=Cause(row.status_cause),
        status_changed_at=row.status_changed_at,
        created_at=row.created_at,
        confirm_by=row.confirm_by,
        content_type=row.content_type,
        bank_reference=row.bank_reference,
        aspsp_account_id=row.aspsp_account_id,
        internal_request_id=row.internal_request_id,
        multilevel=row.multilevel,
        cancellation=_cancellation(row),
        open_intent_id=row.open_intent_id,
        psus=tuple(psu_of(each) for each in rows if each.psu_id is not None),
        wishes=TppWishes(
            redirect_uris=RedirectUris(ok=row.redirect_uri, nok=row.nok_redirect_uri),
            notification_uri=row.notification_uri,
            notification_modes=tuple(modes.split(",")) if modes else (),
            brand_logging_information=row.brand_logging_information,
        ),
    )
