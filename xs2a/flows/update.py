"""Updates of an authorisation by the TPP: one function for each call of the step table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, ParamSpec, TypeVar

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.confirmation import code_is_right
from cms.domain.intent import Deed
from cms.domain.parties import PsuId
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, ScaStatus
from cms.service.intents import Subject
from cms.service.sca import ScaStep
from spi.answers import Answer, BankCode, BankError, Done, Refused
from spi.types import (
    CodeConfirmed,
    ConfirmationCode,
    NoScaNeeded,
    PaymentToAuthorise,
    Proof,
    PsuCredentials,
    ScaCode,
)
from xs2a.errors import BankRefused, CodeNotAccepted, StatusAllowsNoUpdate
from xs2a.flows.acceptable import ensure_acceptable, place_of
from xs2a.flows.bank import BankCall, ask, refusal_of, to_keep
from xs2a.flows.deeds import Request, carry_out
from xs2a.flows.evidence import Progress, PsuUpdate
from xs2a.flows.parts import Parts, TppContext
from xs2a.flows.reads import AuthorisationAddress, find_payment
from xs2a.flows.refs import authorisation_ref, ref_of, with_order
from xs2a.sca.steps import Call, find_step

P = ParamSpec("P")
V = TypeVar("V")

_DEEDS: Final = {
    AuthorisationKind.PIS_CREATION: Deed.EXECUTE,
    AuthorisationKind.PIS_CANCELLATION: Deed.CANCEL,
}


@dataclass(frozen=True, slots=True)
class Walk:
    """One step on the way: who asks, how far the authorisation has come, what was sent."""

    parts: Parts
    ctx: TppContext
    at: Progress
    sent: PsuUpdate

    @property
    def authorisation(self) -> Authorisation:
        """The authorisation, as it was seen."""
        return self.at.authorisation

    @property
    def psu(self) -> PsuId:
        """The authorisation's PSU, else the request's; `ensure_acceptable` saw to it."""
        return self.authorisation.psu or self.ctx.psu or PsuId()

    @property
    def order(self) -> PaymentToAuthorise:
        """The payment with the order itself."""
        payment = self.at.payment
        return with_order(payment, self.parts.order_of(payment, self.parts.payments.body(payment)))

    @property
    def may_be_exempted(self) -> bool:
        """No exemption for standing orders, nor for a cancellation (spec: exemption)."""
        creates = self.authorisation.kind is AuthorisationKind.PIS_CREATION
        return creates and self.at.payment.service is not PaymentService.PERIODIC_PAYMENTS

    def ask(self, call: BankCall[P, V], *told: P.args, **named: P.kwargs) -> Answer[V]:
        """The bank's answer to a call about this payment."""
        state = self.parts.bank_states.held(self.at.payment)
        return ask(self.ctx, state, call, *told, **named)

    def demand(self, call: BankCall[P, V], *told: P.args, **named: P.kwargs) -> V:
        """What the bank says. Raises BankRefused, also when the authorisation has failed by it
        (A5), and BankUnavailable.
        """
        answer = self.ask(call, *told, **named)
        if isinstance(answer, Done):
            return answer.value
        if isinstance(answer, Refused) and answer.ends_authorisation:
            self.parts.sca.fail(self.authorisation, Cause.SCA_REFUSED)
        raise refusal_of(answer)

    def take(self, step: ScaStep, **said: object) -> Progress:
        """Store a step; `said` is what the bank said with it."""
        payment, authorisation = self.parts.sca.take(self.authorisation, step)
        return Progress(payment, authorisation, **said)  # type: ignore[arg-type]


def update_authorisation(
    parts: Parts, ctx: TppContext, address: AuthorisationAddress, sent: PsuUpdate
) -> Progress:
    """Take the step that the TPP asks for.

    Raises Unknown, what `ensure_acceptable` raises, BankRefused, BankUnavailable, and what the
    CMS raises when somebody else was faster (S1).
    """
    payment = find_payment(parts, ctx, address.payment)
    authorisation = parts.authorisations.below(payment, address.authorisation_id, address.kind)
    at = Progress(payment, authorisation)
    sent = _confirming(parts, ctx, authorisation, sent)
    ensure_acceptable(ctx, at, sent, parts.clock())
    if parts.authorisations.lapsed(authorisation).status.finalised:
        raise StatusAllowsNoUpdate
    return advance(parts, ctx, at, sent)


def _confirming(
    parts: Parts, ctx: TppContext, authorisation: Authorisation, sent: PsuUpdate
) -> PsuUpdate:
    """What was sent. Where nothing was, an access token that the PSU has granted by this very
    authorisation confirms it: it stands for the code that came with the PSU's browser.
    """
    request = ctx.granted.request if ctx.granted is not None else None
    own = request is not None and request.authorisation_id == authorisation.authorisation_id
    if request is None or not own or sent != PsuUpdate():
        return sent
    return PsuUpdate(confirmation_code=parts.access.confirmation_code(request))


def advance(parts: Parts, ctx: TppContext, at: Progress, sent: PsuUpdate) -> Progress:
    """Go on step by step, as long as something was sent for the next one (A8)."""
    left = set(sent.updates)
    while (step := find_step(place_of(ctx, at.authorisation), left)) is not None:
        at = _CALLS[step.call](Walk(parts, ctx, at, sent))
        left.discard(step.update)
    return at


def _identify(walk: Walk) -> Progress:
    return walk.take(ScaStep(ScaStatus.PSU_IDENTIFIED, Cause.PSU_NAMED, psu=walk.psu))


def _authenticate(walk: Walk) -> Progress:
    """First factor. Who has one method only has chosen it; who has none needs no second factor."""
    parts, sent = walk.parts, walk.sent
    credentials = PsuCredentials(walk.psu, sent.password or "", sent.additional_password)
    ref = authorisation_ref(walk.authorisation)
    said = walk.demand(parts.bank.authenticate_psu, walk.order, ref, credentials)
    if said.exempted and walk.may_be_exempted:
        return _without_sca(walk, ScaStatus.EXEMPTED)
    if not said.methods and not said.exempted:
        return _without_sca(walk, ScaStatus.FINALISED)
    if not said.methods:  # an exemption where there can be none, and no way to authorise
        raise BankRefused((BankError(BankCode.SCA_METHOD_UNKNOWN),))
    if len(said.methods) == 1:
        return _select(walk, said.methods[0].authentication_method_id)
    step = ScaStep(ScaStatus.PSU_AUTHENTICATED, psu=walk.psu)
    return walk.take(step, methods=said.methods, psu_message=said.psu_message)


def _select_method(walk: Walk) -> Progress:
    return _select(walk, walk.sent.method_id or "")


def _select(walk: Walk, method_id: str) -> Progress:
    """Second factor, first half. A decoupled method takes the TPP out of it (A7)."""
    parts = walk.parts
    ref = replace(authorisation_ref(walk.authorisation), psu=walk.psu)
    said = walk.demand(parts.bank.select_sca_method, walk.order, ref, method_id)
    if said.exempted and walk.may_be_exempted:
        return _without_sca(walk, ScaStatus.EXEMPTED)
    step = ScaStep(
        said.status,
        psu=walk.psu,
        method_id=to_keep(said.method.authentication_method_id, "the SCA method's id"),
        approach=Approach.DECOUPLED if said.method.decoupled else None,
    )
    if said.method.decoupled:
        return walk.take(step, psu_message=said.psu_message)
    return walk.take(
        step, chosen=said.method, challenge=said.challenge, psu_message=said.psu_message
    )


def _authorise(walk: Walk) -> Progress:
    return _carry_out(walk, ScaCode(walk.sent.sca_code or ""))


def _confirm(walk: Walk) -> Progress:
    """The code from the redirect, checked by the server or by the bank."""
    authorisation, code = walk.authorisation, walk.sent.confirmation_code or ""
    if not walk.ctx.profile.common.authorisation_confirmation_check_by_xs2a:
        return _carry_out(walk, ConfirmationCode(code))
    known = authorisation.confirmation_code_hash
    if code_is_right(authorisation.authorisation_id, code, known):
        return _carry_out(walk, CodeConfirmed())
    _fail_confirmation(walk)
    raise CodeNotAccepted


def _fail_confirmation(walk: Walk) -> None:
    """A wrong code fails the authorisation first, whatever the bank then says of the payment."""
    parts, payment = walk.parts, walk.at.payment
    failed = parts.sca.fail(walk.authorisation, Cause.CODE_WRONG)
    if failed.status_cause is not Cause.CODE_WRONG:  # another request was faster, perhaps right
        return
    ref = authorisation_ref(failed)
    told = walk.ask(parts.bank.confirmation_failed, ref_of(payment), ref)
    if isinstance(told, Done):
        parts.payments.report(payment, told.value.status, Cause.CODE_WRONG)


def _without_sca(walk: Walk, end: ScaStatus) -> Progress:
    """The bank wants no second factor. Who the PSU is must be on record before money moves."""
    if walk.authorisation.psu is None:
        walk = replace(walk, at=_identify(walk))
    return _carry_out(walk, NoScaNeeded(), end)


def _carry_out(walk: Walk, proof: Proof, end: ScaStatus = ScaStatus.FINALISED) -> Progress:
    subject = Subject(walk.at.payment, walk.authorisation)
    request = Request(_DEEDS[walk.authorisation.kind], proof, end)
    done = carry_out(walk.parts, walk.ctx, subject, request)
    authorisation = done.subject.authorisation or walk.authorisation
    return Progress(done.subject.payment, authorisation, psu_message=done.psu_message)


_CALLS: Final[Mapping[Call, Callable[[Walk], Progress]]] = {
    Call.IDENTIFY: _identify,
    Call.AUTHENTICATE: _authenticate,
    Call.SELECT_METHOD: _select_method,
    Call.AUTHORISE: _authorise,
    Call.CONFIRM: _confirm,
}
