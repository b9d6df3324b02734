"""What crosses the plug between the server and a bank."""

from dataclasses import dataclass, field
from typing import Protocol

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.money import Amount
from cms.domain.parties import PsuContext, PsuId, Tpp
from cms.domain.payment_order import PaymentOrder
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import ScaStatus, TransactionStatus


class BankState(Protocol):
    """What the bank itself wants remembered of a payment: up to 64 KiB of its own (C2).

    The server keeps the bytes sealed and looks at none of them. They may be loaded and saved
    during a call; what was saved is stored when the call has ended, whatever was answered.
    """

    def load(self) -> bytes | None:
        """What was saved last; None where nothing is."""

    def save(self, state: bytes | None) -> None:
        """Remember this instead; None forgets it."""


@dataclass(frozen=True, slots=True)
class BankContext:
    """Who is asking, on whose behalf, in which request. First argument of every call.

    `state` belongs to the payment that the call is about. `access_token` is one of the bank's own
    authorization server. It is the bank's to judge, unless it is `token_judged`: then that server
    has told by introspection that it is good for this request.
    """

    tpp: Tpp
    instance_id: str
    x_request_id: str
    psu: PsuId | None = None
    psu_context: PsuContext | None = None
    access_token: str | None = field(default=None, repr=False)
    token_judged: bool = False
    state: BankState = field(kw_only=True, repr=False)


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
    order: PaymentOrder
    reject_without_funds: bool = False


@dataclass(frozen=True, slots=True)
class Initiated:
    """The bank took the payment in. RJCT is an answer too: the bank took note and rejects it.

    `multilevel` says that several PSUs must authorise it (A10); so does the status PATC. What the
    payment costs is told to the TPP as it stands here: `transaction_fee_indicator` says whether
    there are fees, None says nothing.
    """

    status: TransactionStatus
    bank_reference: str | None = None
    aspsp_account_id: str | None = None
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()
    multilevel: bool = False
    transaction_fees: Amount | None = None
    transaction_fee_indicator: bool | None = None
    currency_conversion_fee: Amount | None = None
    estimated_total_amount: Amount | None = None
    estimated_interbank_settlement_amount: Amount | None = None


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
    """What the bank says of a payment now.

    `document` is the bank's own pain.002, where it writes one; without it the server does.
    """

    status: TransactionStatus
    funds_available: bool | None = None
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()
    document: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PaymentToAuthorise(PaymentRef):
    """A payment with the order itself, wherever a PSU is about to authorise something about it."""

    order: PaymentOrder = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class AuthorisationRef:
    """An authorisation by our id, with what we know of it. `psu` is the PSU it belongs to."""

    authorisation_id: str
    kind: AuthorisationKind
    sca_approach: Approach
    status: ScaStatus
    psu: PsuId | None = None
    authentication_method_id: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorisationStarted:
    """The bank is ready for this authorisation. It may have chosen another approach or status."""

    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()
    sca_approach: Approach | None = None
    status: ScaStatus | None = None


@dataclass(frozen=True, slots=True)
class PsuCredentials:
    """What the PSU proves its identity with. The passwords are never printed nor kept."""

    psu: PsuId
    password: str = field(repr=False)
    additional_password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ScaMethod:
    """A second factor of a PSU (Berlin Group `authenticationObject`).

    With a decoupled one the PSU confirms elsewhere, and the TPP sends nothing any more.
    """

    authentication_method_id: str
    authentication_type: str
    name: str | None = None
    authentication_version: str | None = None
    explanation: str | None = None
    decoupled: bool = False


@dataclass(frozen=True, slots=True)
class ChallengeData:
    """What the PSU needs to make the code of the chosen method."""

    image: bytes | None = None
    texts: tuple[str, ...] = ()
    image_link: str | None = None
    otp_max_length: int | None = None
    otp_format: str | None = None
    additional_information: str | None = None


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The PSU is who it says. No method, or `exempted`: no second factor is asked for."""

    methods: tuple[ScaMethod, ...] = ()
    exempted: bool = False
    psu_message: str | None = None


@dataclass(frozen=True, slots=True)
class MethodSelected:
    """The method is chosen, the code or the push is on its way; or the PSU is `exempted`."""

    method: ScaMethod
    challenge: ChallengeData | None = None
    status: ScaStatus = ScaStatus.SCA_METHOD_SELECTED
    exempted: bool = False
    psu_message: str | None = None


@dataclass(frozen=True, slots=True)
class ScaCode:
    """Proof of a second factor: what the PSU has entered at the TPP (`scaAuthenticationData`)."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmationCode:
    """The code the TPP got after a redirect, for the bank to check (`confirmationCode`)."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodeConfirmed:
    """The server has checked the confirmation code itself: it was right."""


@dataclass(frozen=True, slots=True)
class NoScaNeeded:
    """Nobody asks for a second factor: the bank exempts the PSU or knows no method of it, or
    neither bank nor profile mandate the PSU's agreement to a cancellation.
    """


@dataclass(frozen=True, slots=True)
class NotAuthorised:
    """For a cancellation: the payment has not been authorised, and stands where `deed.payment`
    says (RCVD or PATC). Refuse if it has moved on since.
    """


Proof = ScaCode | ConfirmationCode | CodeConfirmed | NoScaNeeded | NotAuthorised


@dataclass(frozen=True, slots=True)
class BankDeed:
    """What must happen once only. `deed_id` is the key by which the bank knows it again."""

    deed_id: str
    payment: PaymentToAuthorise
    authorisation: AuthorisationRef | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the deed made of the payment: PATC while more PSUs have to authorise, CANC when it
    is cancelled. `sca_status` differs from `finalised` only where the bank says so.
    """

    status: TransactionStatus
    sca_status: ScaStatus | None = None
    psu_message: str | None = None


@dataclass(frozen=True, slots=True)
class CancellationBegun:
    """Where the payment stands now (None: as we have it), and whether the PSU must agree."""

    status: TransactionStatus | None = None
    authorisation_mandated: bool = False
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()


@dataclass(frozen=True, slots=True)
class ScaStatusReport:
    """What the bank says of an authorisation now. None: it has nothing newer than we have."""

    status: ScaStatus | None
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()
    trusted_beneficiary: bool | None = None
