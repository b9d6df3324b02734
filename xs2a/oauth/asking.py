"""A TPP's request for access: which TPP it is for, what it may ask, where the PSU goes to decide.

It comes by the PSU's browser, so nothing in it proves who has made it: what a TPP may ask is what
its certificate and its payments say, not the request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cms.domain.access import Scope
from cms.domain.authorisation import Authorisation
from cms.domain.authorising import is_authorised
from cms.domain.errors import Unknown
from cms.domain.parties import Role, Tpp
from cms.domain.payment import Payment
from cms.domain.profile import Profile, ScaRedirectFlow
from cms.service.access import Access
from cms.service.authorisations import Authorisations
from cms.service.payments import Payments
from cms.service.stop_list import StopList
from cms.service.tpps import Tpps
from xs2a.oauth.client import OAuthClient
from xs2a.oauth.redirect_uris import is_covered, is_safe
from xs2a.sca.oauth import awaits_access
from xs2a.sca.redirect import redirect_link


@dataclass(frozen=True, slots=True)
class Desk:
    """What the authorization server works with, for one tenant.

    `approval_url` is the bank's page for access before any payment, with `{request-id}` in it, and
    `{instance-id}` where it has several tenants.
    `loopback`: TPPs may be on the PSU's own machine (sandbox).
    """

    access: Access
    tpps: Tpps
    stop_list: StopList
    payments: Payments
    authorisations: Authorisations
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    instance_id: str
    profile: Profile
    approval_url: str | None
    loopback: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request is about, as far as it can be told: the TPP, and the payment of the scope
    with the authorisation that the PSU is to finish. `told` is where the TPP has said that the PSU
    comes back from this payment.
    """

    desk: Desk
    client: OAuthClient | None
    scope: Scope | None
    payment: Payment | None = None
    authorisation: Authorisation | None = None
    told: frozenset[str] = frozenset()

    @property
    def page(self) -> str:
        """The bank's page where the PSU decides, as a template: `{request-id}` is left."""
        if self.payment is not None and self.authorisation is not None:
            return redirect_link(self.desk.profile, self.payment, self.authorisation)
        page = self.desk.approval_url or ""
        return page.replace("{instance-id}", self.desk.instance_id)


# What each flow lets a TPP ask for: the integrated one a payment, the other one initiation as such.
_ASKED_IN: Final[Mapping[ScaRedirectFlow, Callable[[Wanted], bool]]] = {
    ScaRedirectFlow.OAUTH: lambda wanted: wanted.authorisation is not None and bool(wanted.page),
    ScaRedirectFlow.OAUTH_PRE_STEP: lambda wanted: (
        wanted.scope == Scope() and wanted.desk.approval_url is not None
    ),
    ScaRedirectFlow.REDIRECT: lambda _: False,
}


def read(desk: Desk, *, client_id: str, scope: str, redirect_uri: str) -> Wanted:
    """What a request with these parameters is about."""
    known = desk.tpps.certified(client_id, desk.instance_id)
    named = Scope.named(scope)
    payment = _payment(desk, named, known)
    if payment is not None:
        known = {payment.tpp_id: known[payment.tpp_id]}
    below = desk.authorisations.all_of(payment) if payment else []
    authorisation = _authorisation(desk, payment, below, redirect_uri) if payment else None
    told = _told(payment, below) if payment else frozenset()
    wanted = Wanted(desk, None, named, payment, authorisation, told)
    if not known:
        return wanted
    return replace(wanted, client=_client(wanted, known, redirect_uri))


def may_ask(wanted: Wanted, tpp: Tpp) -> bool:
    """May this TPP ask for this scope?"""
    desk = wanted.desk
    counts = desk.profile.common.check_tpp_roles_from_certificate_supported
    if counts and tpp.roles.isdisjoint({Role.PSP_PI, Role.PSP_AS}):
        return False
    if desk.stop_list.keeps_out(tpp.authorisation_number, desk.instance_id):
        return False
    return _ASKED_IN[desk.profile.common.sca_redirect_flow](wanted)


def may_return_to(wanted: Wanted, uri: str, tpp: Tpp) -> bool:
    """May the browser go back there? To the letter where the TPP has told where, with the payment
    or for whichever of its authorisations; else its certificate has to cover the host.
    """
    loopback = wanted.desk.loopback
    if not is_safe(uri, loopback=loopback):
        return False
    return uri in wanted.told if wanted.told else is_covered(uri, tpp.domains, loopback=loopback)


def _client(wanted: Wanted, known: Mapping[str, Tpp], redirect_uri: str) -> OAuthClient:
    """One number may be that of several TPPs, by authority: the one whose address it is asks."""
    fitting = (each for each in known.items() if may_return_to(wanted, redirect_uri, each[1]))
    tpp_id, tpp = next(fitting, next(iter(known.items())))
    return OAuthClient(
        tpp.authorisation_number,
        tpp_id,
        fits=lambda uri: may_return_to(wanted, uri, tpp),
        allows=lambda _: may_ask(wanted, tpp),
    )


def _payment(desk: Desk, scope: Scope | None, known: Mapping[str, Tpp]) -> Payment | None:
    if scope is None or scope.payment_id is None:
        return None
    try:
        payment = desk.payments.find(scope.payment_id, desk.instance_id)
    except Unknown:
        return None
    return payment if payment.tpp_id in known else None


def _told(payment: Payment, below: list[Authorisation]) -> frozenset[str]:
    of_all = [payment.wishes.redirect_uris, *(each.redirect_uris for each in below)]
    if payment.cancellation is not None:
        of_all.append(payment.cancellation.redirect_uris)
    return frozenset(each.ok for each in of_all if each.ok)


def _authorisation(
    desk: Desk, payment: Payment, below: list[Authorisation], redirect_uri: str
) -> Authorisation | None:
    """The newest one of the payment, or of its cancellation, that a PSU may still finish; with
    several PSUs the one for which the TPP has told this way back, as a scope names payments only.
    """
    known = [desk.authorisations.lapsed(each) for each in below]
    of_this_way = [each for each in known if each.redirect_uris.ok == redirect_uri]
    settled = is_authorised(payment, known)
    return next(
        (
            each
            for each in reversed(of_this_way or known)
            if awaits_access(each) and not (each.kind.joins_psu and settled)
        ),
        None,
    )
