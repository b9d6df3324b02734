"""Is a presented access token good for this request? One row per reason why not.

The rows are the same whoever has issued the token: this server, or the bank's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cms.domain.access import AccessRequest, Scope, Token, TokenKind
from cms.domain.errors import Refusal
from cms.domain.parties import PsuId
from cms.domain.payment import Payment
from xs2a.errors import TokenExpired, TokenInvalid, TokenUnknown
from xs2a.oauth.issuers import ExpectedIssuer


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What the issuer says of a token. `tpp` is the key of a TPP here, or its authorisation
    number with a foreign issuer; None is unsaid. `scopes` are those that are ours.
    """

    tpp: str | None
    scopes: tuple[Scope, ...]
    expires_at: datetime | None = None
    not_before: datetime | None = None
    void: bool = False
    certificate_thumbprint: str | None = None
    psu: PsuId | None = None
    request: AccessRequest | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A request that brings a token: who makes it, by which certificate (SHA-256 in hex), for
    which payment, if it is for one, and for which PSU, if it names one. `issuer` is who has to have
    issued the token, with a foreign issuer.
    """

    tpp: str
    certificate_thumbprint: str | None
    payment_id: str | None
    psu: PsuId | None
    now: datetime
    issuer: ExpectedIssuer | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """What a good token opens here. `request` is what it stems from, if it was issued here."""

    scope: Scope
    psu: PsuId | None = None
    request: AccessRequest | None = None

    @property
    def issued_here(self) -> bool:
        """Does it stem from this server? Else the bank's own has told of it."""
        return self.request is not None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A reason why a token is not good. Of another TPP's token `text` tells nothing."""

    name: str
    applies: Callable[[TokenFacts, Use], bool]
    refusal: type[Refusal]
    ref: str
    text: str = ""


ROWS: Final = (
    TokenRow(
        "another TPP's",
        lambda token, use: token.tpp != use.tpp,
        TokenInvalid,
        ref="RFC 8705, 3",
    ),
    TokenRow(
        "another issuer's",
        lambda token, use: use.issuer is not None and not use.issuer.may_be(token.issuer),
        TokenInvalid,
        ref="RFC 7662, 2.2",
        text="The access token is of another authorization server than this tenant's, or nothing "
        "tells whose it is.",
    ),
    TokenRow(
        "revoked",
        lambda token, _: token.void,
        TokenInvalid,
        ref="RFC 6750, 3.1",
        text="The access token was revoked, or a code or token of the same grant came twice.",
    ),
    TokenRow(
        "expired",
        lambda token, use: token.expires_at is not None and use.now >= token.expires_at,
        TokenExpired,
        ref="RFC 6750, 3.1",
    ),
    TokenRow(
        "not good yet",
        lambda token, use: token.not_before is not None and use.now < token.not_before,
        TokenInvalid,
        ref="RFC 7662, 2.2",
        text="The access token is not good yet.",
    ),
    TokenRow(
        "bound to another certificate",
        lambda token, use: token.certificate_thumbprint not in (None, use.certificate_thumbprint),
        TokenInvalid,
        ref="RFC 8705, 3",
        text="The access token is bound to another certificate than this one.",
    ),
    TokenRow(
        "of no scope here",
        lambda token, _: not token.scopes,
        TokenInvalid,
        ref="spec 4",
        text="The scope of the access token has neither PIS nor PIS:<paymentId>.",
    ),
    TokenRow(
        "for another payment",
        lambda token, use: bool(token.scopes) and not _fitting(token, use),
        TokenInvalid,
        ref="spec 4",
        text="The access token is for one payment, and that is another one.",
    ),
    TokenRow(
        "another PSU's",
        lambda token, use: (
            token.psu is not None and use.psu is not None and token.psu.differs_from(use.psu)
        ),
        TokenInvalid,
        ref="spec 21",
        text="The access token was granted by another PSU than the headers name.",
    ),
)


def check(token: TokenFacts | None, use: Use) -> Granted:
    """What the token opens. Raises TokenUnknown, TokenInvalid, TokenExpired."""
    if token is None:
        raise TokenUnknown
    for row in ROWS:
        if row.applies(token, use):
            raise row.refusal(row.text)
    return Granted(_fitting(token, use)[0], token.psu, token.request)


def _fitting(token: TokenFacts, use: Use) -> list[Scope]:
    """Those of the scopes by which the token is good for the request, the narrowest first."""
    fitting = [each for each in token.scopes if each.payment_id in (None, use.payment_id)]
    return sorted(fitting, key=lambda each: each.payment_id is None)


def ensure_of_payment(granted: Granted, payment: Payment) -> None:
    """Of a token for payment initiation as such: is the PSU one of the payment's, if it has any
    yet? Raises TokenInvalid.
    """
    psu, known = granted.psu, payment.psus
    if psu is not None and known and all(map(psu.differs_from, known)):
        raise TokenInvalid("The access token was granted by another PSU than the payment's.")


def facts_of(token: Token | None) -> TokenFacts | None:
    """The facts of a token of this server. A refresh token opens nothing: it counts as unknown."""
    if token is None or token.kind is not TokenKind.ACCESS:
        return None
    request = token.request
    return TokenFacts(
        tpp=request.tpp_id,
        scopes=(request.scope,),
        expires_at=token.expires_at,
        void=token.void,
        certificate_thumbprint=token.certificate_thumbprint,
        psu=request.psu,
        request=request,
    )
