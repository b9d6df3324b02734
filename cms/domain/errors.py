"""Refusals: what the domain and the CMS say no with. HTTP meanings are given elsewhere, once."""


class Refusal(Exception):
    """A named no. `text` is for a person, `path` points into the request where it helps.

    Subclasses are named after the reason; the class docstring carries the clause. Each face has
    one table that turns a refusal's class into its own error body.
    """

    text = "The request cannot be fulfilled."

    def __init__(self, text: str = "", *, path: str | None = None) -> None:
        self.text = text or type(self).text
        self.path = path
        super().__init__(self.text)


class Unknown(Refusal):
    """There is no such resource for this caller, or it belongs to somebody else (E2)."""

    text = "The addressed resource is unknown."


class AlreadyFinalised(Refusal):
    """A finalised status never moves again, save by the ASPSP's own push (P1)."""

    text = "The status is finalised and cannot be changed."


class IllegalMove(Refusal):
    """No row of the lifecycle table allows this cause at this status."""

    text = "The status does not allow this change."


class ChangedMeanwhile(Refusal):
    """Somebody else moved the resource between our read and our write (S1)."""

    text = "The resource was changed by another request at the same time."


class LinkExpired(Refusal):
    """The redirect link or the authorisation is too old; the PSU goes to `nok_uri` (C3)."""

    text = "The link has expired."

    def __init__(self, nok_uri: str | None) -> None:
        super().__init__()
        self.nok_uri = nok_uri


class PsuMismatch(Refusal):
    """The PSU named in the request does not take part in the payment."""

    text = "The PSU does not take part in this payment."


class Malformed(Refusal):
    """A value of the request cannot be understood."""

    text = "The request is malformed."


class ConfirmationOverdue(Refusal):
    """The payment's time ran out before its PSU had authorised it (P2)."""

    text = "The payment was not authorised in time and has expired."


class OrderBeingAuthorised(Refusal):
    """A PSU may have seen the order already to which its authorisation is tied; it stays as it is
    (Delegated Regulation (EU) 2018/389, Article 5).
    """

    text = "A PSU is authorising this payment, or has; its order cannot be replaced any more."


class NothingToAuthorise(Refusal):
    """The payment is authorised already, or finalised (P3)."""

    text = "The status of the payment allows no further authorisation."


class CancellationOfFinalised(Refusal):
    """Cancellation of a payment that is finalised (P4); the text is fixed."""

    text = "Payment is finalised already and cannot be cancelled"


class CancellationNotRequested(Refusal):
    """A cancellation is authorised only after a DELETE that asked for it (P7)."""

    text = "The cancellation of this payment was not requested, or needs no authorisation."


class PsuHasAuthorised(Refusal):
    """This PSU has authorised the payment already; another one may have to (A10)."""

    text = "This PSU has authorised already."


class TooManyAuthorisations(Refusal):
    """No further authorisation of this payment is started."""

    text = "Too many authorisations have been started for this payment."


class BeingCarriedOut(Refusal):
    """The bank has been asked to execute or cancel the payment, and has not answered yet (S4)."""

    text = "The bank is carrying out an earlier request for this payment."


class KeptBefore(Refusal):
    """Another request with the same idempotency key was faster (P14): its answer counts."""

    text = "A request with this key was answered meanwhile."


class SealedByAnotherKey(Refusal):
    """Something is sealed by a key that the server does not have, or was changed since (C2)."""

    text = "The server cannot open what it has stored."


class StoreUnavailable(Refusal):
    """The database does not answer; what was to be changed is not."""

    text = "The server's storage does not answer at present."
