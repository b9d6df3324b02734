"""Access that a PSU grants a TPP by OAuth 2: what was asked for, and the tokens it ends in.

A TPP's request for access, the authorization code and all tokens that follow from it are one
matter: whoever misuses one of them ends all (RFC 6749, 4.1.2; RFC 9700, 4.14.2).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from urllib.parse import urlencode

from cms.domain.authorisation import Authorisation
from cms.domain.authorising import is_authorised
from cms.domain.errors import Refusal
from cms.domain.ids import is_id
from cms.domain.parties import PsuId
from cms.domain.payment import Payment
from cms.domain.statuses import TransactionStatus

# From the TPP's request to the end of the PSU's visit; that for a payment has the time of the
# payment's authorisation.
REQUEST_VALID_FOR: Final = timedelta(hours=1)
# Requests before any payment come from browsers, hence from anybody. So many of one TPP are taken
# in the hour that a request lives, apart from those that a PSU has granted: more than the PSUs of a
# large TPP leave. One that was declined counts, as whoever has sent it may have declined it, too.
MOST_NOT_GRANTED: Final = 10_000
# A PSU may authorise in the last second of that time. So long afterwards its browser may still come
# for the code: between lie the bank's last page, and perhaps an app that leads back to it.
BACK_WITHIN: Final = timedelta(minutes=5)
# The TPP redeems it at once: a minute is what a slow network needs (RFC 6749, 4.1.2: at most ten).
CODE_VALID_FOR: Final = timedelta(minutes=1)
ACCESS_TOKEN_VALID_FOR: Final = timedelta(hours=1)
# As long as a TPP may want to follow a payment, such as one with a date ahead.
REFRESH_TOKEN_VALID_FOR: Final = timedelta(days=90)
# However often the TPP refreshes, from then on the PSU has to be asked again: the time that access
# without SCA has in its own field (Delegated Regulation (EU) 2018/389, Article 10a).
GRANT_VALID_FOR: Final = timedelta(days=180)
# So long an expired token is told from one that never was.
TOKENS_KEPT_FOR: Final = timedelta(days=7)

_SCOPE: Final = re.compile(r"PIS(?::([0-9a-f-]{36}))?")


class AccessEnded(Refusal):
    """The request for access was decided before, or its time is over."""

    text = "This request for access has ended."


class BeingDecided(Refusal):
    """A PSU has logged in to decide on the request: it is declined there, and in no other way."""

    text = "The PSU is deciding on it."


class GrantedByPayment(Refusal):
    """Access to one payment is granted by authorising it, and in no other way."""

    text = "Access to a payment is granted by authorising that payment, and only so."


def ensure_never_paid(
    payment: Payment, below: Authorisation, all_below: list[Authorisation]
) -> None:
    """May the TPP be told that access was declined, by this authorisation of the payment?

    Raises AccessEnded where the payment was or will be carried out, by this one or by another; and
    BeingDecided where a PSU or the bank is at it.
    """
    creates = below.kind.joins_psu
    rejected = creates and payment.status is TransactionStatus.RJCT
    if (creates and is_authorised(payment, all_below)) or (below.authorised and not rejected):
        raise AccessEnded
    if payment.open_intent_id is not None or not (below.status.finalised or rejected):
        raise BeingDecided


@dataclass(frozen=True, slots=True)
class Scope:
    """What a token opens: one payment, or payment initiation as such (`payment_id` None)."""

    payment_id: str | None = None

    @classmethod
    def named(cls, text: str) -> Self | None:
        """The scope `PIS` or `PIS:<paymentId>`; None for anything else, several ones included."""
        found = _SCOPE.fullmatch(text)
        if found is None or (found[1] is not None and not is_id(found[1])):
            return None
        return cls(found[1])

    def __str__(self) -> str:
        return "PIS" if self.payment_id is None else f"PIS:{self.payment_id}"


class TokenKind(StrEnum):
    """The two tokens of RFC 6749, by their names in `token_type_hint` (RFC 7009, 2.1)."""

    ACCESS = "access_token"
    REFRESH = "refresh_token"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """What a TPP has asked a PSU for. `authorisation_id` is that of the payment in the scope.

    `redirect_uri` is the TPP's, checked; `state` and `code_challenge` (S256) are as it sent them.
    `psu` is who has granted it, at `granted_at`; `ended_at` is set when the PSU has nothing more to
    decide: it was granted, declined, or another one has taken its place. `code_used_at`: the TPP
    has come with the code. `revoked_at`: the code and all tokens that stem from it are worth
    nothing.
    """

    request_id: str
    instance_id: str
    tpp_id: str
    client_id: str
    scope: Scope
    redirect_uri: str
    code_challenge: str
    created_at: datetime
    expires_at: datetime
    state: str | None = None
    authorisation_id: str | None = None
    psu: PsuId | None = None
    granted_at: datetime | None = None
    ended_at: datetime | None = None
    code_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def answer(self, issuer: str, **parameters: str | None) -> str:
        """The address that takes the PSU's browser back to the TPP, with an answer.

        The issuer is in every answer, so that a TPP knows whose it is (RFC 9207, 2); what the TPP
        has put into its query stays as it is (RFC 6749, 3.1.2).
        """
        told = {**parameters, "state": self.state, "iss": issuer}
        query = urlencode({name: value for name, value in told.items() if value is not None})
        return f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{query}"

    def open_at(self, now: datetime) -> bool:
        """May the PSU still decide?"""
        return self.ended_at is None and now < self.expires_at

    def leads_back_at(self, now: datetime) -> bool:
        """May the PSU's browser come for a code? Also again, while nobody has used the last one:
        an answer may be lost on its way; and a little after the time to authorise is over.
        """
        unused = self.code_used_at is None and self.revoked_at is None
        waits = self.ended_at is None or (self.granted_at is not None and unused)
        return waits and now < self.expires_at + BACK_WITHIN


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is stored, with the request it stems from; the token itself is not kept.

    An access token is bound to the certificate of this thumbprint (RFC 8705, 3; SHA-256 in hex),
    a refresh token to the TPP, whose certificates change. `used_at`: a refresh token that has been
    exchanged for the next one.
    """

    kind: TokenKind
    request: AccessRequest
    issued_at: datetime
    expires_at: datetime
    certificate_thumbprint: str | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def good_at(self, now: datetime) -> bool:
        """Is it neither revoked, nor used up, nor expired?"""
        return not self.void and self.used_at is None and now < self.expires_at

    @property
    def void(self) -> bool:
        """Has somebody revoked it, or all that stems from its request?"""
        return self.revoked_at is not None or self.request.revoked_at is not None
