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
