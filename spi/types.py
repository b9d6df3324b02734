"""What crosses the plug between the server and a bank."""

from dataclasses import dataclass

from cms.domain.parties import PsuContext, PsuId, Tpp
from cms.domain.payment import CreditTransfer
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import ScaStatus, TransactionStatus


@dataclass(frozen=True, slots=True)
class BankContext:
    """Who is asking, on whose behalf, in which request. First argument of every call."""

    tpp: Tpp
    instance_id: str
    x_request_id: str
    psu: PsuId | None = None
    psu_context: PsuContext | None = None


@dataclass(frozen=True, slots=True)
class TppNote:
    """An operational message of the bank to the TPP (`tppMessages`, category WARNING)."""

    text: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentToInitiate:
    """A checked payment order. The id is ours (S5); asking twice with one id is one payment."""

    payment_id: str
    service: PaymentService
    product: str
    transfer: CreditTransfer
    reject_without_funds: bool = False


@dataclass(frozen=True, slots=True)
class Initiated:
    """The bank took the payment in. RJCT is an answer too: the bank took note and rejects it."""

    status: TransactionStatus
    bank_reference: str | None = None
    aspsp_account_id: str | None = None
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentRef:
    """A payment the bank has seen before, by our id and by its own."""

    payment_id: str
    service: PaymentService
    product: str
    status: TransactionStatus
    bank_reference: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentStatusReport:
    """What the bank says of a payment now."""

    status: TransactionStatus
    funds_available: bool | None = None
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorisationRef:
    """An authorisation by our id, with the status we know of."""

    authorisation_id: str
    sca_approach: str
    status: ScaStatus


@dataclass(frozen=True, slots=True)
class AuthorisationStarted:
    """The bank is ready for this authorisation."""

    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()


@dataclass(frozen=True, slots=True)
class ScaStatusReport:
    """What the bank says of an authorisation now. None: it has nothing newer than we have."""

    status: ScaStatus | None
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()
    trusted_beneficiary: bool | None = None
