"""What a bank can do: one small protocol per capability, and the connector that has them all.

Every method answers `Done`, `Refused` or `Unknown`. A connector does not raise for what a bank
may say; what it raises nevertheless is taken as `Unknown`. No method is called inside one of the
server's transactions (S4), and any may be called again with the same ids.
"""

from typing import Protocol

from spi.answers import Answer
from spi.types import (
    AuthorisationRef,
    AuthorisationStarted,
    BankContext,
    Initiated,
    PaymentRef,
    PaymentStatusReport,
    PaymentToInitiate,
    ScaStatusReport,
)


class InitiatesPayments(Protocol):
    """Takes payments in; moves no money."""

    def initiate_payment(self, ctx: BankContext, payment: PaymentToInitiate) -> Answer[Initiated]:
        """Judge the order and take it in. Money moves only after the PSU has authorised it."""


class ReadsPayments(Protocol):
    """Tells what became of a payment."""

    def read_payment_status(
        self, ctx: BankContext, payment: PaymentRef
    ) -> Answer[PaymentStatusReport]:
        """The payment's status as the bank sees it now."""


class StartsAuthorisations(Protocol):
    """Gets ready for a PSU to authorise something."""

    def start_authorisation(
        self, ctx: BankContext, payment: PaymentRef, authorisation: AuthorisationRef
    ) -> Answer[AuthorisationStarted]:
        """Prepare for the PSU: with the redirect approach, expect a visit under this id."""


class ReadsScaStatuses(Protocol):
    """Tells how far a PSU has come."""

    def read_sca_status(
        self, ctx: BankContext, payment: PaymentRef, authorisation: AuthorisationRef
    ) -> Answer[ScaStatusReport]:
        """The authorisation's status as the bank sees it now."""


class Connector(InitiatesPayments, ReadsPayments, StartsAuthorisations, ReadsScaStatuses, Protocol):
    """All that a bank must be able to do for payments with the redirect approach."""
