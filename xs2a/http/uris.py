"""Where a request would send the PSU, or notices: into a domain of the TPP (spec 2.4)?"""

from collections.abc import Iterable, Iterator

from cms.domain.profile import Profile
from xs2a.checks.domains import lies_in
from xs2a.errors import Finding
from xs2a.http.sent import SentHeaders
from xs2a.http.wishes import agreed_modes, sca_wishes
from xs2a.sca.approaches import choose_approach
from xs2a.spec.headers import NOTIFICATION_URI, WAYS_BACK, HeaderRule
from xs2a.spec.messages import Message


def foreign_uris(
    rules: Iterable[HeaderRule], profile: Profile, sent: SentHeaders, domains: tuple[str, ...]
) -> list[Finding]:
    """A finding for each URI that lies outside of `domains`, those of the caller's certificate.

    Only what is used is looked at: ways back if the PSU leaves for the bank's pages, the address
    for notices if some have been agreed on. A certificate without a domain lets everything pass.
    """
    if not domains:
        return []
    used = set(_used(profile, sent))
    return [
        Finding(
            Message.FORMAT_ERROR,
            f"Header '{rule.label}' leads out of the domains of the TPP's certificate.",
            rule.label,
        )
        for rule in rules
        if rule in used
        and (uri := (sent.get(rule.label) or "").strip())
        and not lies_in(uri, domains)
    ]


def _used(profile: Profile, sent: SentHeaders) -> Iterator[HeaderRule]:
    if choose_approach(profile, sca_wishes(sent)).psu_leaves:
        yield from WAYS_BACK
    if agreed_modes(profile, sent):
        yield NOTIFICATION_URI
