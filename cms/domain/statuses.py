"""The status codes and the one fact every other rule asks of them: is it finalised?"""

from enum import StrEnum
from typing import Final, Self

from cms.domain.events import EventOrigin


class FinalisableStatus(StrEnum):
    """A status code that knows whether it is the end of the story.

    Members are written `NAME = "wire", finalised`. A finalised status is frozen for everybody;
    the ASPSP's own push is the single exception (see `lifecycles.py`).
    """

    finalised: bool

    def __new__(cls, value: str, finalised: bool = False) -> Self:
        """`NAME = value, finalised`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.finalised = finalised
        return member


class TransactionStatus(FinalisableStatus):
    """ISO 20022 status of a payment (Berlin Group data type `transactionStatus`)."""

    RCVD = "RCVD", False  # received; not authorised yet
    PDNG = "PDNG", False  # pending
    PATC = "PATC", False  # partially authorised: more PSUs have to
    ACTC = "ACTC", False  # technically valid
    ACCP = "ACCP", False  # customer profile checked
    ACFC = "ACFC", False  # funds checked
    ACSP = "ACSP", False  # settlement in process
    ACWC = "ACWC", False  # accepted with a change
    ACWP = "ACWP", False  # accepted without posting
    PART = "PART", False  # part of a bulk accepted
    ACSC = "ACSC", True  # settled on the debtor's account
    ACCC = "ACCC", True  # settled on the creditor's account
    RJCT = "RJCT", True  # rejected
    CANC = "CANC", True  # cancelled


# It has ended, and no money moves for it.
NOTHING_PAID: Final = frozenset({TransactionStatus.RJCT, TransactionStatus.CANC})


class ScaStatus(FinalisableStatus):
    """Status of an authorisation (Berlin Group data type `scaStatus`)."""

    RECEIVED = "received", False
    PSU_IDENTIFIED = "psuIdentified", False
    PSU_AUTHENTICATED = "psuAuthenticated", False
    SCA_METHOD_SELECTED = "scaMethodSelected", False
    STARTED = "started", False
    UNCONFIRMED = "unconfirmed", False
    FINALISED = "finalised", True
    FAILED = "failed", True
    EXEMPTED = "exempted", True


class Cause(StrEnum):
    """Why a status moved. It names the event and the log line, so they cannot differ.

    Members are written `NAME = "wire", origin`: by whom the move was brought about.
    """

    origin: EventOrigin

    def __new__(cls, value: str, origin: EventOrigin | None = None) -> Self:
        """`NAME = value, origin`. Raises TypeError for a cause without an origin."""
        if origin is None:  # given a default, so that `Cause(value)` looks one up
            raise TypeError(f"the cause {value} has no origin")
        member = str.__new__(cls, value)
        member._value_ = value
        member.origin = origin
        return member

    INITIATED = "initiated", EventOrigin.TPP  # the TPP asked for the payment
    STARTED = "started", EventOrigin.TPP  # an authorisation was started
    PSU_NAMED = "psu_named", EventOrigin.TPP  # the TPP told who the PSU is
    SCA_STEP = "sca_step", EventOrigin.TPP  # the bank took a step that the TPP's update asked for
    SCA_REFUSED = "sca_refused", EventOrigin.TPP  # password or code wrong, no further try (A5)
    CODE_WRONG = "code_wrong", EventOrigin.TPP  # the confirmation code was not the expected one
    SUPERSEDED = "superseded", EventOrigin.XS2A_INTERNAL  # the same PSU started anew (A11)
    # The payment was cancelled: nothing is left to authorise.
    PARENT_CLOSED = "parent_closed", EventOrigin.XS2A_INTERNAL
    PSU_AUTHORISED = "psu_authorised", EventOrigin.TPP  # the bank acted on a PSU's authorisation
    CANCELLED = "cancelled", EventOrigin.TPP  # the bank has cancelled the payment
    # With OAuth the PSU turned back before the log-in, and the TPP was told so.
    ACCESS_DECLINED = "access_declined", EventOrigin.ASPSP_PSU_INTERFACE
    # The bank failed or refused the start of an authorisation (A3).
    BANK_FAILED = "bank_failed", EventOrigin.ASPSP
    BANK_REPORTED = "bank_reported", EventOrigin.ASPSP  # the bank's answer through the SPI
    ONLINE_BANKING_REPORTED = "online_banking_reported", EventOrigin.ASPSP_PSU_INTERFACE  # psu-api
    ASPSP_PUSHED = "aspsp_pushed", EventOrigin.ASPSP  # aspsp-api: also moves what is finalised
    TIME_RAN_OUT = "time_ran_out", EventOrigin.XS2A_INTERNAL  # not confirmed in time (P8)
    # The payment's time ran out, so its authorisations fail.
    PARENT_EXPIRED = "parent_expired", EventOrigin.XS2A_INTERNAL
    AUTHORISATION_EXPIRED = "authorisation_expired", EventOrigin.XS2A_INTERNAL  # its own time
    # No PSU came by the link in time.
    REDIRECT_EXPIRED = "redirect_expired", EventOrigin.XS2A_INTERNAL
