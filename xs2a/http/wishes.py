"""What a TPP wishes by headers: the SCA approach, the start, the PSU's way back."""

from cms.domain.payment import RedirectUris
from cms.domain.profile import NotificationMode, Profile
from xs2a.checks.headers import notification_modes, says_true
from xs2a.errors import Finding
from xs2a.http.sent import SentHeaders
from xs2a.sca.approaches import Wishes, choose_approach, redirects_by_link
from xs2a.spec.messages import Message


def sca_wishes(sent: SentHeaders) -> Wishes:
    """The preferred approach; a blank header is an absent one."""
    return Wishes(
        redirect=_wish(sent.get("tpp-redirect-preferred")),
        decoupled=_wish(sent.get("tpp-decoupled-preferred")),
    )


def sends_psu(profile: Profile, sent: SentHeaders) -> bool:
    """Would an authorisation that began with these headers send the PSU to the bank?"""
    return choose_approach(profile, sca_wishes(sent)).psu_leaves


def _wish(value: str | None) -> bool | None:
    return says_true(value) if value and value.strip() else None


def prefers_explicit(sent: SentHeaders) -> bool:
    """Does the TPP want to start the authorisation itself?"""
    return says_true(sent.get("tpp-explicit-authorisation-preferred"))


def redirect_uris(sent: SentHeaders) -> RedirectUris:
    """The way back. Without one for the good case there is none for the bad one (spec 2.3)."""
    ok = _filled(sent.get("tpp-redirect-uri"))
    return RedirectUris(ok, _filled(sent.get("tpp-nok-redirect-uri")) if ok else None)


def redirect_uris_of_start(sent: SentHeaders) -> RedirectUris:
    """The way back; what is absent here may be there since the initiation, each for itself."""
    return RedirectUris(
        _filled(sent.get("tpp-redirect-uri")), _filled(sent.get("tpp-nok-redirect-uri"))
    )


def _filled(value: str | None) -> str | None:
    return value if value and value.strip() else None


def agreed_modes(profile: Profile, sent: SentHeaders) -> tuple[str, ...] | None:
    """Notices the TPP wants and the bank sends; None where the bank sends none at all (13.5)."""
    offered = profile.common.aspsp_notifications_supported
    if NotificationMode.NONE in offered:
        return None
    asked = notification_modes(sent.get("tpp-notification-content-preferred") or "")
    return tuple(mode.value for mode in offered if mode.value in asked)


def missing_way_back(profile: Profile, sent: SentHeaders) -> tuple[Finding, ...]:
    """Spec 2.3: needed where the PSU is sent to the bank's pages by a link."""
    uri = sent.get("tpp-redirect-uri")
    if (uri and uri.strip()) or not redirects_by_link(profile, sca_wishes(sent)):
        return ()
    return absent("tpp-redirect-uri", uri)


def absent(header: str, value: str | None) -> tuple[Finding, ...]:
    """The finding about a header that is missing, or blank."""
    fault = "is missing" if value is None else "must not be blank"
    return (Finding(Message.FORMAT_ERROR, f"Header '{header}' {fault}.", header),)
