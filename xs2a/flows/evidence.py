"""What a TPP sends for an authorisation, and what it gets: values of start and update."""

from dataclasses import dataclass, field
from typing import Final

from cms.domain.authorisation import Authorisation
from cms.domain.events import UpdateKind
from cms.domain.payment import Payment
from spi.types import ChallengeData, ScaMethod, TppNote
from xs2a.sca.steps import Update

_UPDATE_OF_KIND: Final = {
    UpdateKind.CONFIRMATION_CODE: Update.CONFIRMATION,
    UpdateKind.TAN: Update.TRANSACTION_AUTHORISATION,
    UpdateKind.SELECT_AUTHENTICATION_METHOD: Update.METHOD_SELECTION,
    UpdateKind.AUTHENTICATION: Update.PSU_AUTHENTICATION,
    UpdateKind.IDENTIFICATION: Update.PSU_IDENTIFICATION,
}


@dataclass(frozen=True, slots=True)
class PsuUpdate:
    """The body of a start or an update. What is secret is never printed nor kept."""

    password: str | None = field(default=None, repr=False)
    additional_password: str | None = field(default=None, repr=False)
    method_id: str | None = None
    sca_code: str | None = field(default=None, repr=False)
    confirmation_code: str | None = field(default=None, repr=False)

    @property
    def updates(self) -> frozenset[Update]:
        """What it asks for; an empty body says who the PSU is, by the headers."""
        named = {
            Update.PSU_AUTHENTICATION: self.password,
            Update.METHOD_SELECTION: self.method_id,
            Update.TRANSACTION_AUTHORISATION: self.sca_code,
            Update.CONFIRMATION: self.confirmation_code,
        }
        sent = frozenset(update for update, value in named.items() if value is not None)
        return sent or frozenset({Update.PSU_IDENTIFICATION})

    @property
    def kind(self) -> UpdateKind:
        """What it is about, for the event of it."""
        return next(kind for kind in UpdateKind if _UPDATE_OF_KIND[kind] in self.updates)


@dataclass(frozen=True, slots=True)
class Progress:
    """An authorisation after a start or an update, and what the bank said on the way."""

    payment: Payment
    authorisation: Authorisation
    methods: tuple[ScaMethod, ...] = ()
    chosen: ScaMethod | None = None
    challenge: ChallengeData | None = None
    psu_message: str | None = None
    tpp_notes: tuple[TppNote, ...] = ()
