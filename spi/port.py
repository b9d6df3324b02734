"""What a bank can do: one small protocol per capability, and the connector that has them all.

Every method answers `Done`, `Refused` or `Unknown`. A connector does not raise for what a bank
may say; what it raises nevertheless is taken as `Unknown`. No method is called inside one of the
server's transactions (S4), and any may be called again with the same ids.
"""

from typing import Protocol, runtime_checkable

from spi.answers import Answer
from spi.types import (
    Authenticated,
    AuthorisationRef,
    AuthorisationStarted,
    BankContext,
    BankDeed,
    CancellationBegun,
    Initiated,
    MethodSelected,
    Outcome,
    PaymentRef,
    PaymentStatusReport,
    PaymentToAuthorise,
    PaymentToInitiate,
    Proof,
    PsuCredentials,
    ScaStatusReport,
)


@runtime_checkable
class InitiatesPayments(Protocol):
    """Takes payments in; moves no money."""

    def initiate_payment(self, ctx: BankContext, payment: PaymentToInitiate) -> Answer[Initiated]:
        """Judge the order and take it in. Money moves only after the PSU has authorised it."""


@runtime_checkable
class ReadsPayments(Protocol):
    """Tells what became of a payment."""

    def read_payment_status(
        self, ctx: BankContext, payment: PaymentRef
    ) -> Answer[PaymentStatusReport]:
        """The payment's status as the bank sees it now."""


@runtime_checkable
class StartsAuthorisations(Protocol):
    """Gets ready for a PSU to authorise a payment or its cancellation."""

    def start_authorisation(
        self, ctx: BankContext, payment: PaymentToAuthorise, authorisation: AuthorisationRef
    ) -> Answer[AuthorisationStarted]:
        """Prepare for the PSU: with the redirect approach, expect a visit under this id; with the
        decoupled one, ask the PSU on its device.
        """


@runtime_checkable
class ReadsScaStatuses(Protocol):
    """Tells how far a PSU has come."""

    def read_sca_status(
        self, ctx: BankContext, payment: PaymentRef, authorisation: AuthorisationRef
    ) -> Answer[ScaStatusReport]:
        """The authorisation's status as the bank sees it now."""


@runtime_checkable
class AuthenticatesPsus(Protocol):
    """The embedded approach: the PSU's credentials come through the TPP.

    Wrong credentials are `Refused` with PSU_CREDENTIALS_INVALID; `ends_authorisation` when no
    further try is allowed (A5).
    """

    def authenticate_psu(
        self,
        ctx: BankContext,
        payment: PaymentToAuthorise,
        authorisation: AuthorisationRef,
        credentials: PsuCredentials,
    ) -> Answer[Authenticated]:
        """Check the PSU's password; say which second factors there are."""

    def select_sca_method(
        self,
        ctx: BankContext,
        payment: PaymentToAuthorise,
        authorisation: AuthorisationRef,
        method_id: str,
    ) -> Answer[MethodSelected]:
        """Send the code, or the request to the PSU's device.

        Refused with SCA_METHOD_UNKNOWN for a method that this PSU does not have.
        """


@runtime_checkable
class ExecutesPayments(Protocol):
    """Needed where the server sees the PSU's authorisation: embedded, or a confirmation code."""

    def execute_payment(self, ctx: BankContext, deed: BankDeed, proof: Proof) -> Answer[Outcome]:
        """Check the proof, and execute the payment if no further PSU has to authorise it.

        Once for each `deed_id`, which is new with each try of a PSU; asked again, the same answer.
        """


@runtime_checkable
class CancelsPayments(Protocol):
    """Stops payments."""

    def begin_cancellation(
        self, ctx: BankContext, payment: PaymentRef
    ) -> Answer[CancellationBegun]:
        """Can it still be stopped, and must the PSU agree? Nothing is cancelled yet, unless the
        bank answers with CANC.
        """

    def cancel_payment(self, ctx: BankContext, deed: BankDeed, proof: Proof) -> Answer[Outcome]:
        """Check the proof, and see to it that the payment is never executed. Once, as above."""


@runtime_checkable
class RemembersDeeds(Protocol):
    """Knows what became of an execution or a cancellation whose answer was lost (S4)."""

    def outcome_of(self, ctx: BankContext, deed: BankDeed) -> Answer[Outcome]:
        """The answer to this deed once more.

        `Refused` says that it was not done **and never will be under this id**; a bank that
        cannot promise this yet answers `Unknown`, and is asked again later.
        """


@runtime_checkable
class HearsOfWrongCodes(Protocol):
    """For a server that checks confirmation codes itself."""

    def confirmation_failed(
        self, ctx: BankContext, payment: PaymentRef, authorisation: AuthorisationRef
    ) -> Answer[PaymentStatusReport]:
        """The TPP sent a wrong code, the authorisation has failed. What becomes of the payment?"""


class Connector(
    InitiatesPayments,
    ReadsPayments,
    StartsAuthorisations,
    ReadsScaStatuses,
    AuthenticatesPsus,
    ExecutesPayments,
    CancelsPayments,
    RemembersDeeds,
    HearsOfWrongCodes,
    Protocol,
):
    """All that a bank may be asked for payments. It needs what its profile offers; see
    `spi.capabilities`.
    """
