"""Opens an authorisation, here and at the bank.

It is stored first, and the bank is asked then: a PSU who is asked on a device must not find
something there that is not on record. The one exception is the start together with a payment
by an approach in which the bank only gets ready: there the two are stored together (S4).
"""

from dataclasses import dataclass
from datetime import datetime

from cms import log_lines
from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.expiry import ExpiryRules
from cms.domain.kept_answer import KeptAnswer
from cms.domain.parties import PsuId
from cms.domain.payment import Payment, RedirectUris
from cms.domain.payment_order import PaymentOrder
from cms.domain.statuses import Cause, ScaStatus
from cms.service.bank_states import HeldState
from spi.answers import Answer, Done, Refused
from spi.types import AuthorisationRef, AuthorisationStarted
from xs2a.errors import PsuNotNamed
from xs2a.flows.bank import ask, refusal_of
from xs2a.flows.evidence import Progress
from xs2a.flows.parts import Parts, TppContext
from xs2a.flows.refs import with_order


@dataclass(frozen=True, slots=True)
class Opening:
    """An authorisation that is about to be, from the moment `at` on.

    `new_state` is the bank state of a payment that is not stored yet either: stored with it.
    """

    authorisation_id: str
    at: datetime
    payment: Payment
    kind: AuthorisationKind
    approach: Approach
    psu: PsuId | None
    redirect_uris: RedirectUris
    new_state: HeldState | None = None

    @property
    def first_status(self) -> ScaStatus:
        """Where it starts, unless the bank says otherwise."""
        return ScaStatus.PSU_IDENTIFIED if self.psu else ScaStatus.RECEIVED


def ensure_reachable(approach: Approach, psu: PsuId | None) -> None:
    """Raises PsuNotNamed where the bank must ask the PSU on its device, and nobody knows whose."""
    if approach.needs_psu and psu is None:
        raise PsuNotNamed


def opened(
    ctx: TppContext, opening: Opening, started: AuthorisationStarted | None = None
) -> Authorisation:
    """The authorisation; with what the bank has changed about it, where it was asked before."""
    log_lines.know(authorisation_id=opening.authorisation_id)
    now = opening.at
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


def ask_bank_to_start(
    parts: Parts, ctx: TppContext, opening: Opening, order: PaymentOrder
) -> Answer[AuthorisationStarted]:
    """Let the bank get ready for the PSU."""
    ref = AuthorisationRef(
        opening.authorisation_id,
        opening.kind,
        opening.approach,
        opening.first_status,
        opening.psu,
    )
    payment = with_order(opening.payment, order)
    state = opening.new_state or parts.bank_states.held(opening.payment)
    return ask(ctx, state, parts.bank.start_authorisation, payment, ref)


@dataclass(frozen=True, slots=True)
class Kept:
    """An authorisation that is stored already, with the answer that is kept for it, if any."""

    opening: Opening
    authorisation: Authorisation
    answer: KeptAnswer | None = None


def start_at_bank(parts: Parts, ctx: TppContext, kept: Kept, order: PaymentOrder) -> Progress:
    """Let the bank get ready for the PSU of a stored authorisation.

    Raises BankRefused, then the authorisation has failed (A3); and BankUnavailable. It fails then
    too, unless the bank may have asked the PSU on its device: no answer is not a no (S6).
    """
    answer = ask_bank_to_start(parts, ctx, kept.opening, order)
    if isinstance(answer, Done):
        said, authorisation = answer.value, kept.authorisation
        changed = said.sca_approach is not None or said.status is not None
        if changed or authorisation.sca_approach.needs_psu:
            approach = said.sca_approach or authorisation.sca_approach
            lives = ExpiryRules.of(ctx.profile).link_of(authorisation.kind, approach)
            authorisation = parts.sca.started(
                authorisation,
                approach=said.sca_approach,
                status=said.status,
                link_until=authorisation.created_at + lives,
            )
        return Progress(
            kept.opening.payment,
            authorisation,
            psu_message=said.psu_message,
            tpp_notes=said.tpp_notes,
        )
    if isinstance(answer, Refused) or not kept.opening.approach.needs_psu:
        parts.sca.start_failed(kept.authorisation, kept.answer)
    raise refusal_of(answer)
