"""The status codes and the one fact every other rule asks of them: is it finalised?"""

from enum import StrEnum
from typing import Self


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
    """Why a status moved. It names the history row and the log line, so they cannot differ."""

    INITIATED = "initiated"  # the TPP asked for the payment
    STARTED = "started"  # an authorisation was started
    PSU_NAMED = "psu_named"  # the TPP told who the PSU is
    SCA_STEP = "sca_step"  # the bank took a step that the TPP's update asked for
    SCA_REFUSED = "sca_refused"  # password or code wrong, and no further try (A5)
    CODE_WRONG = "code_wrong"  # the confirmation code was not the expected one
    SUPERSEDED = "superseded"  # the same PSU started anew (A11)
    PARENT_CLOSED = "parent_closed"  # the payment was cancelled: nothing is left to authorise
    PSU_AUTHORISED = "psu_authorised"  # the bank acted on a PSU's authorisation
    CANCELLED = "cancelled"  # the bank has cancelled the payment
    BANK_FAILED = "bank_failed"  # the bank failed or refused the start of an authorisation (A3)
    BANK_REPORTED = "bank_reported"  # the bank's answer through the SPI
    ONLINE_BANKING_REPORTED = "online_banking_reported"  # psu-api
    ASPSP_PUSHED = "aspsp_pushed"  # aspsp-api: also moves what is finalised
    TIME_RAN_OUT = "time_ran_out"  # not confirmed in time (P8)
    PARENT_EXPIRED = "parent_expired"  # the payment's time ran out, so its authorisations fail
    AUTHORISATION_EXPIRED = "authorisation_expired"  # its own time ran out
    REDIRECT_EXPIRED = "redirect_expired"  # no PSU came by the link in time
