"""The one place that sets a status. It returns the move, from which history is written."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cms.domain.errors import AlreadyFinalised
from cms.domain.lifecycles import Lifecycle
from cms.domain.statuses import Cause, FinalisableStatus

if TYPE_CHECKING:
    from cms.domain.authorisation import Authorisation
    from cms.domain.payment import Payment


@dataclass(frozen=True, slots=True)
class StatusMove:
    """A fact: this resource went from one status to another, then, because of that.

    The first status needs no move: it is what the resource was created with.
    """

    kind: str
    resource_id: str
    payment_id: str
    instance_id: str
    source: FinalisableStatus
    target: FinalisableStatus
    cause: Cause
    at: datetime


def move(
    resource: "Payment | Authorisation",
    cause: Cause,
    *,
    at: datetime,
    reported: FinalisableStatus | None = None,
) -> StatusMove | None:
    """Move the resource's status as its lifecycle table says.

    Returns None when the status stays as it is (a bank that repeats itself is no news).
    Raises AlreadyFinalised or IllegalMove; then nothing has changed.
    """
    lifecycle: Lifecycle[Any] = resource.lifecycle  # of the resource's own kind of status
    source: FinalisableStatus = resource.status
    target = lifecycle.next(source, cause, reported)
    if target is source:
        return None
    resource.status = target
    resource.status_cause = cause
    resource.status_changed_at = at
    return StatusMove(
        kind=lifecycle.kind,
        resource_id=resource.resource_id,
        payment_id=resource.payment_id,
        instance_id=resource.instance_id,
        source=source,
        target=target,
        cause=cause,
        at=at,
    )


def ensure_open(resource: "Payment | Authorisation") -> None:
    """Raises AlreadyFinalised when nothing about the resource may change any more (P1)."""
    if resource.status.finalised:
        raise AlreadyFinalised
