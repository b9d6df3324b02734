"""A payment and an authorisation to ask the domain's rules about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.payment import Payment
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus

NOW = datetime(2026, 3, 2, tzinfo=UTC)

_PAYMENT = Payment(
    payment_id="p",
    instance_id="UNDEFINED",
    tpp_id="t",
    service=PaymentService.PAYMENTS,
    product="sepa-credit-transfers",
    status=TransactionStatus.RCVD,
    status_cause=Cause.INITIATED,
    status_changed_at=NOW,
    created_at=NOW,
    confirm_by=NOW,
    content_type="application/json",
)
_AUTHORISATION = Authorisation(
    authorisation_id="a",
    parent_id="p",
    instance_id="UNDEFINED",
    kind=AuthorisationKind.PIS_CREATION,
    sca_approach=Approach.REDIRECT,
    status=ScaStatus.RECEIVED,
    status_cause=Cause.STARTED,
    status_changed_at=NOW,
    created_at=NOW,
    expires_at=NOW,
    redirect_expires_at=NOW,
)


def payment(status: TransactionStatus = TransactionStatus.RCVD, **changes: Any) -> Payment:
    """A payment that nobody has authorised; its time runs out at NOW."""
    return replace(_PAYMENT, status=status, **changes)


def authorisation(status: ScaStatus = ScaStatus.RECEIVED, **changes: Any) -> Authorisation:
    """An authorisation of that payment; its times run out at NOW."""
    return replace(_AUTHORISATION, status=status, **changes)
