"""What is wrong with a profile, and the refusals that follow from it."""

from dataclasses import dataclass
from enum import StrEnum

from cms.domain.errors import Refusal, Unknown


class Severity(StrEnum):
    """An error keeps the server from starting; a warning is printed; an info is for the curious."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on a profile document.

    `path` is the YAML path (`setting.pis.supportedPaymentTypeAndProductMatrix.SINGLE[1]`), empty
    for the document as a whole; `line` counts from 1; `file` is empty where there is none.
    """

    severity: Severity
    path: str
    line: int | None
    message: str
    file: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part)
        return ": ".join(part for part in (place, self.severity, self.path, self.message) if part)


class ProfileInvalid(Refusal):
    """A profile document has errors; `findings` names all of them, warnings included (F2)."""

    text = "The ASPSP profile is not valid."

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("\n".join([self.text, *(str(finding) for finding in findings)]))


class BlankTenant(Refusal):
    """Several tenants are served, and the `Instance-ID` header is there but blank."""

    text = "The Instance-ID header must not be blank."


class UnknownTenant(Unknown):
    """Several tenants are served, and the `Instance-ID` header names none of them."""

    text = "There is no such instance."
