"""Authorisations for the tests of the bank's faces, started as the TPP's side starts them."""

from datetime import timedelta
from typing import Any

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.parties import PsuId
from cms.domain.payment import CancellationRequest, RedirectUris
from cms.domain.statuses import Cause, ScaStatus
from tests.houses import World
from tests.tpps import NOK_URI, OK_URI

CREATION, CANCELLATION = AuthorisationKind.PIS_CREATION, AuthorisationKind.PIS_CANCELLATION
WAYS_BACK = RedirectUris(ok=OK_URI, nok=NOK_URI)
TEN_MINUTES, DAY = timedelta(minutes=10), timedelta(days=1)


def started(
    world: World,
    payment_id: str,
    kind: AuthorisationKind,
    *,
    psu_id: str | None = None,
    tenant: str = "UNDEFINED",
    **changes: Any,
) -> str:
    """One more authorisation of a payment, or of its cancellation; its id."""
    parts, now = world.house.parts, world.clock()
    payment = parts.payments.find(payment_id, tenant)
    if kind is CANCELLATION and payment.cancellation is None:
        parts.sca.request_cancellation(payment, CancellationRequest(now, WAYS_BACK))
    facts: dict[str, Any] = {
        "authorisation_id": parts.new_id(),
        "parent_id": payment_id,
        "instance_id": tenant,
        "kind": kind,
        "sca_approach": Approach.REDIRECT,
        "status": ScaStatus.PSU_IDENTIFIED if psu_id else ScaStatus.RECEIVED,
        "status_cause": Cause.STARTED,
        "status_changed_at": now,
        "created_at": now,
        "expires_at": now + DAY,
        "redirect_expires_at": now + TEN_MINUTES,
        "psu": PsuId(psu_id) if psu_id else None,
        "redirect_uris": WAYS_BACK,
    }
    new = Authorisation(**{**facts, **changes})
    parts.sca.start(new)
    return new.authorisation_id
