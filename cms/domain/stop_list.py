"""TPPs that the bank has stopped: none of their requests is let in (spec 5.5)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StopStatus(StrEnum):
    """Is the TPP kept out?"""

    ENABLED = "ENABLED"
    BLOCKED = "BLOCKED"


def as_listed(authorisation_number: str) -> str:
    """The number as it stands on the list: in capitals, as no other TPP has the same in others."""
    return authorisation_number.strip().upper()


@dataclass(frozen=True, slots=True)
class StopListEntry:
    """A TPP that is, or was, blocked, by its authorisation number within one tenant: `as_listed`.

    `blocked_until` is None for ever. `changed_at`, `changed_by` and `reason` tell of the last act
    of a person; when a lock ends by its time, they stay.
    """

    instance_id: str
    authorisation_number: str
    status: StopStatus
    changed_at: datetime
    blocked_until: datetime | None = None
    reason: str | None = None
    changed_by: str | None = None

    def blocks(self, now: datetime) -> bool:
        """Is the TPP kept out at this moment? From the end of its lock on it is not."""
        ends = self.blocked_until
        return self.status is StopStatus.BLOCKED and (ends is None or now < ends)

    def as_of(self, now: datetime) -> "StopListEntry":
        """The entry as it stands now: a lock that has ended is none, whoever has noticed."""
        if self.status is StopStatus.ENABLED or self.blocks(now):
            return self
        return StopListEntry(
            instance_id=self.instance_id,
            authorisation_number=self.authorisation_number,
            status=StopStatus.ENABLED,
            changed_at=self.changed_at,
            reason=self.reason,
            changed_by=self.changed_by,
        )
