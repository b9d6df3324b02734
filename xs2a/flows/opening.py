"""Opens an authorisation: the bank is asked first, under the id that it will have."""

from dataclasses import dataclass

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.expiry import ExpiryRules
from cms.domain.parties import PsuId
from cms.domain.payment import CreditTransfer, Payment, RedirectUris
from cms.domain.statuses import Cause, ScaStatus
from spi.answers import Answer
from spi.types import AuthorisationRef, AuthorisationStarted
from xs2a.errors import PsuNotNamed
from xs2a.flows.bank import ask
from xs2a.flows.parts import Parts, TppContext
from xs2a.flows.refs import order_of


@dataclass(frozen=True, slots=True)
class Opening:
    """An authorisation that is about to be."""

    authorisation_id: str
    payment: Payment
    kind: AuthorisationKind
    approach: Approach
    psu: PsuId | None
    redirect_uris: RedirectUris

    @property
    def first_status(self) -> ScaStatus:
        """Where it starts, unless the bank says otherwise."""
        return ScaStatus.PSU_IDENTIFIED if self.psu else ScaStatus.RECEIVED


def ensure_reachable(approach: Approach, psu: PsuId | None) -> None:
    """Raises PsuNotNamed where the bank must ask the PSU on its device, and nobody knows whose."""
    if approach.needs_psu and psu is None:
        raise PsuNotNamed


def ask_bank_to_start(
    parts: Parts, ctx: TppContext, opening: Opening, transfer: CreditTransfer
) -> Answer[AuthorisationStarted]:
    """Let the bank get ready for the PSU."""
    ref = AuthorisationRef(
        opening.authorisation_id,
        opening.kind,
        opening.approach,
        opening.first_status,
        opening.psu,
    )
    order = order_of(opening.payment, transfer)
    return ask(lambda: parts.bank.start_authorisation(ctx.for_bank(), order, ref))


def opened(
    parts: Parts, ctx: TppContext, opening: Opening, started: AuthorisationStarted | None = None
) -> Authorisation:
    """The authorisation, with what the bank has changed about it."""
    now = parts.clock()
    rules = ExpiryRules.of(ctx.profile)
    approach = (started and started.sca_approach) or opening.approach
    return Authorisation(
        authorisation_id=opening.authorisation_id,
        parent_id=opening.payment.payment_id,
        instance_id=opening.payment.instance_id,
        kind=opening.kind,
        sca_approach=approach,
        status=(started and started.status) or opening.first_status,
        status_cause=Cause.STARTED,
        status_changed_at=now,
        created_at=now,
        expires_at=now + rules.authorisation,
        redirect_expires_at=now + rules.link_of(opening.kind, approach),
        psu=opening.psu,
        redirect_uris=opening.redirect_uris,
    )
