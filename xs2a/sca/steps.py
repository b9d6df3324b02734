"""The step table of all approaches: what a TPP may send at which SCA status, and what follows.

A row tells whether an update is accepted now, which link is offered, what the bank is asked and
which statuses may follow. Staying put is always allowed: a wrong code with tries left is no move.
What no row accepts is refused by the first row of REFUSALS that fits (A6).
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final, Self

from cms.domain.approach import Approach
from cms.domain.errors import Refusal
from cms.domain.statuses import ScaStatus
from xs2a.errors import ApproachClosed, CodeNotAccepted, StatusAllowsNoUpdate, WrongStage


class Update(StrEnum):
    """What a TPP can send for an authorisation: the value is the name of its link, `start_link`
    that of the link by which the same is sent with the start, `sent_as` says where it stands in
    the request.
    """

    start_link: str
    sent_as: str

    PSU_IDENTIFICATION = (
        "updatePsuIdentification",
        "startAuthorisationWithPsuIdentification",
        "the header PSU-ID without a body",
    )
    PSU_AUTHENTICATION = (
        "updatePsuAuthentication",
        "startAuthorisationWithPsuAuthentication",
        "psuData.password",
    )
    METHOD_SELECTION = (
        "selectAuthenticationMethod",
        "startAuthorisationWithAuthenticationMethodSelection",
        "authenticationMethodId",
    )
    TRANSACTION_AUTHORISATION = (
        "authoriseTransaction",
        "startAuthorisationWithTransactionAuthorisation",
        "scaAuthenticationData",
    )
    CONFIRMATION = "confirmation", "", "confirmationCode"

    def __new__(cls, value: str, start_link: str = "", sent_as: str = "") -> Self:
        """`NAME = link, link with the start, member or header`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.start_link = start_link
        member.sent_as = sent_as
        return member


class Call(Enum):
    """What an update makes us do; `xs2a.flows.update` has one function for each."""

    IDENTIFY = auto()
    AUTHENTICATE = auto()
    SELECT_METHOD = auto()
    AUTHORISE = auto()
    CONFIRM = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """One row. `endings` are the statuses that may follow, beside the one it starts at."""

    approaches: frozenset[Approach]
    at: ScaStatus
    update: Update
    call: Call
    endings: frozenset[ScaStatus]
    ref: str


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """A refused update. None fits everything; `mandated` is the profile's
    `authorisationConfirmationRequestMandated`. `before_psu`: told before the PSU is compared.
    """

    refusal: type[Refusal]
    approaches: frozenset[Approach] | None
    at: frozenset[ScaStatus] | None
    update: Update | None
    ref: str
    mandated: bool | None = None
    before_psu: bool = False

    def fits(self, at: "Place", sent: AbstractSet[Update]) -> bool:
        """Does this row refuse it?"""
        return (
            (self.approaches is None or at.approach in self.approaches)
            and (self.at is None or at.status in self.at)
            and (self.update is None or self.update in sent)
            and (self.mandated is None or self.mandated is at.confirmation_mandated)
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where an authorisation stands, as far as the tables ask."""

    approach: Approach
    status: ScaStatus
    confirmation_mandated: bool


A, S, U = Approach, ScaStatus, Update

_EMBEDDED: Final = frozenset({A.EMBEDDED})
_BY_REDIRECT: Final = frozenset({A.REDIRECT, A.OAUTH})
_AFTER_PASSWORD: Final = frozenset(
    {S.PSU_AUTHENTICATED, S.SCA_METHOD_SELECTED, S.STARTED, S.FINALISED, S.EXEMPTED, S.FAILED}
)
_AFTER_METHOD: Final = frozenset({S.SCA_METHOD_SELECTED, S.STARTED, S.EXEMPTED, S.FAILED})
_AFTER_CODE: Final = frozenset({S.FINALISED, S.FAILED})

STEPS: Final = (
    Step(
        _EMBEDDED,
        S.RECEIVED,
        U.PSU_IDENTIFICATION,
        Call.IDENTIFY,
        frozenset({S.PSU_IDENTIFIED}),
        ref="IG identify#embedded",
    ),
    Step(
        _EMBEDDED,
        S.RECEIVED,
        U.PSU_AUTHENTICATION,
        Call.AUTHENTICATE,
        _AFTER_PASSWORD,
        ref="IG authenticate#received",
    ),
    Step(
        _EMBEDDED,
        S.PSU_IDENTIFIED,
        U.PSU_AUTHENTICATION,
        Call.AUTHENTICATE,
        _AFTER_PASSWORD,
        ref="IG authenticate#identified",
    ),
    Step(
        _EMBEDDED,
        S.PSU_AUTHENTICATED,
        U.METHOD_SELECTION,
        Call.SELECT_METHOD,
        _AFTER_METHOD,
        ref="IG select-method",
    ),
    Step(
        _EMBEDDED,
        S.SCA_METHOD_SELECTED,
        U.TRANSACTION_AUTHORISATION,
        Call.AUTHORISE,
        _AFTER_CODE,
        ref="IG authorise",
    ),
    Step(
        _BY_REDIRECT,
        S.UNCONFIRMED,
        U.CONFIRMATION,
        Call.CONFIRM,
        _AFTER_CODE,
        ref="IG confirmation",
    ),
)

REFUSALS: Final = (
    RefusalRow(
        CodeNotAccepted,
        _BY_REDIRECT,
        frozenset({S.FINALISED, S.FAILED}),
        U.CONFIRMATION,
        ref="IG confirmation#once",
        mandated=True,
    ),
    RefusalRow(
        CodeNotAccepted,
        frozenset({A.OAUTH}),
        frozenset({S.STARTED, S.EXEMPTED}),
        U.CONFIRMATION,
        ref="IG confirmation#oauth",
        mandated=True,
    ),
    RefusalRow(
        ApproachClosed,
        frozenset({A.REDIRECT, A.DECOUPLED}),
        None,
        None,
        ref="A6 closed",
        before_psu=True,
    ),
    RefusalRow(
        ApproachClosed,
        frozenset({A.OAUTH}),
        None,
        None,
        ref="A6 closed#oauth",
        mandated=False,
        before_psu=True,
    ),
    RefusalRow(
        StatusAllowsNoUpdate,
        None,
        frozenset({S.FINALISED, S.EXEMPTED, S.FAILED, S.STARTED}),
        None,
        ref="A6 no-row",
    ),
    RefusalRow(
        StatusAllowsNoUpdate,
        _EMBEDDED,
        frozenset({S.UNCONFIRMED}),
        None,
        ref="A6 no-row#embedded",
    ),
    RefusalRow(WrongStage, None, None, None, ref="A6 wrong-body"),
)


def find_step(at: Place, sent: AbstractSet[Update]) -> Step | None:
    """The step that these updates ask for, or None."""
    return next(
        (
            step
            for step in STEPS
            if step.update in sent
            and step.at is at.status
            and at.approach in step.approaches
            and (step.update is not U.CONFIRMATION or at.confirmation_mandated)
        ),
        None,
    )


def refusal_row(at: Place, sent: AbstractSet[Update]) -> RefusalRow:
    """Why these updates are not accepted here; asked only where there is no step."""
    return next(row for row in REFUSALS if row.fits(at, sent))


def refusal_of(at: Place, row: RefusalRow) -> Refusal:
    """The row's refusal, with what the authorisation waits for where it waits for something."""
    awaited = " or ".join(
        step.update.sent_as
        for step in STEPS
        if step.at is at.status and at.approach in step.approaches
    )
    if awaited and at.approach is A.OAUTH:
        awaited += ", or for the access token of this authorisation alone"
    return row.refusal(
        f"The authorisation is {at.status} and waits for {awaited}." if awaited else ""
    )


def updates_offered(approach: Approach, status: ScaStatus) -> tuple[Update, ...]:
    """The updates that may come next, whose links are offered. Confirmation is offered from the
    start instead (`xs2a.sca.offers`), as the TPP gets its code on the way.
    """
    return tuple(
        step.update
        for step in STEPS
        if step.at is status and approach in step.approaches and step.update is not U.CONFIRMATION
    )
