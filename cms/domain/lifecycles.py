"""Which status may follow which, and why: one table per kind of resource.

A row says: from these statuses, for this cause, to that one. `REPORTED` as a target means that
the reporter (the bank) names the new status. What no row allows is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, TypeVar

from cms.domain.errors import AlreadyFinalised, IllegalMove
from cms.domain.statuses import Cause, FinalisableStatus, ScaStatus, TransactionStatus

S = TypeVar("S", bound=FinalisableStatus)


class Target(Enum):
    """A row's target when it is not a fixed status."""

    REPORTED = "reported"


REPORTED: Final = Target.REPORTED


@dataclass(frozen=True, slots=True)
class Row(Generic[S]):
    """One allowed move: `sources` --cause--> `to`, with the clause it comes from.

    `never` are statuses that cannot be reported: whoever names one knows less than we do.
    """

    sources: frozenset[S]
    cause: Cause
    to: S | Target
    ref: str
    never: frozenset[S] = frozenset()


class Lifecycle(Generic[S]):
    """All allowed moves of one kind of resource."""

    def __init__(self, kind: str, statuses: type[S], rows: Iterable[Row[S]]) -> None:
        self.kind = kind
        self.statuses = statuses
        self.rows = tuple(rows)
        self._rows = {(s, row.cause): row for row in self.rows for s in row.sources}

    def next(self, status: S, cause: Cause, reported: S | None = None) -> S:
        """The status that follows `status` for `cause`.

        `reported` is the status named by the bank, needed where the row says REPORTED.
        Raises AlreadyFinalised from a finalised status, IllegalMove where no row fits.
        """
        row = self._rows.get((status, cause))
        if row is None:
            raise AlreadyFinalised if status.finalised else IllegalMove
        if not isinstance(row.to, Target):
            return row.to
        if reported is None:
            raise IllegalMove("This cause needs the reported status.")
        if reported in row.never and reported is not status:
            raise IllegalMove
        return reported


def _open(statuses: type[S]) -> frozenset[S]:
    return frozenset(s for s in statuses if not s.finalised)


T, A = TransactionStatus, ScaStatus

# In these a PSU may still have to authorise; nothing comes back to them from the others.
_EARLY: Final = frozenset({T.RCVD, T.PDNG, T.ACTC, T.PATC})
_LATE: Final = _open(T) - _EARLY


def _told(cause: Cause, ref: str) -> tuple[Row[TransactionStatus], ...]:
    """What somebody tells of a payment: anything, but nothing that is over."""
    return (
        Row(_EARLY, cause, REPORTED, ref=ref, never=frozenset({T.RCVD})),
        Row(_LATE, cause, REPORTED, ref=f"{ref}#late", never=frozenset({T.RCVD, T.PATC})),
    )


PAYMENT: Final = Lifecycle(
    "payment",
    TransactionStatus,
    (
        *_told(Cause.BANK_REPORTED, ref="IG transaction-status#bank"),
        *_told(Cause.ONLINE_BANKING_REPORTED, ref="C1 psu-api#payment-status"),
        Row(_open(T), Cause.PSU_AUTHORISED, REPORTED, ref="IG authorise#transaction-status"),
        Row(_open(T), Cause.CODE_WRONG, REPORTED, ref="IG confirmation#wrong-code-payment"),
        Row(_open(T), Cause.CANCELLED, T.CANC, ref="P6 cancellation"),
        Row(frozenset(T), Cause.ASPSP_PUSHED, REPORTED, ref="P1 finalised#aspsp-push"),
        Row(frozenset({T.RCVD, T.PATC}), Cause.TIME_RAN_OUT, T.RJCT, ref="P8 not-confirmed"),
    ),
)

_FIRST: Final = frozenset({A.RECEIVED})

AUTHORISATION: Final = Lifecycle(
    "authorisation",
    ScaStatus,
    (
        Row(_open(A), Cause.BANK_REPORTED, REPORTED, ref="IG sca-status#bank", never=_FIRST),
        Row(
            _open(A),
            Cause.ONLINE_BANKING_REPORTED,
            REPORTED,
            ref="C1 psu-api#sca-status",
            never=_FIRST,
        ),
        Row(_FIRST, Cause.PSU_NAMED, A.PSU_IDENTIFIED, ref="IG identify"),
        Row(_open(A), Cause.SCA_STEP, REPORTED, ref="IG update-psu-data"),
        Row(_open(A), Cause.SCA_REFUSED, A.FAILED, ref="A5 no-further-try"),
        Row(frozenset({A.UNCONFIRMED}), Cause.CODE_WRONG, A.FAILED, ref="IG confirmation#wrong"),
        Row(_open(A), Cause.SUPERSEDED, A.FAILED, ref="A11 same-psu-again"),
        Row(_open(A), Cause.PARENT_CLOSED, A.FAILED, ref="P5 cancelled#authorisations"),
        Row(
            frozenset({A.RECEIVED, A.PSU_IDENTIFIED}),
            Cause.ACCESS_DECLINED,
            A.FAILED,
            ref="RFC 6749 4.1.2.1#access_denied",
        ),
        Row(_open(A), Cause.BANK_FAILED, A.FAILED, ref="A3 start-authorisation#bank-error"),
        Row(_open(A), Cause.PARENT_EXPIRED, A.FAILED, ref="P8 not-confirmed#authorisations"),
        Row(_open(A), Cause.AUTHORISATION_EXPIRED, A.FAILED, ref="IG authorisation#expired"),
        Row(_open(A), Cause.REDIRECT_EXPIRED, A.FAILED, ref="C3 redirect-link#expired"),
    ),
)
