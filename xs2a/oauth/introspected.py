"""What the bank's own authorization server says of a token (RFC 7662), as facts."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cms.domain.access import Scope
from cms.domain.parties import PsuId
from xs2a.errors import TokenInvalid
from xs2a.oauth.tokens import TokenFacts

_SHA256_BYTES: Final = 32


def facts_told(answer: Mapping[str, Any]) -> TokenFacts | None:
    """The facts of an introspection's answer; None for a token that is not active.

    `client_id` must be the TPP's authorisation number, `scope` has `PIS` or `PIS:<paymentId>`
    among its words, `username` is the PSU-ID, `iss` the issuer. A member that would narrow the
    token and cannot be read must not widen it: raises TokenInvalid.
    """
    if answer.get("active") is not True:
        return None
    username = _text(answer, "username")
    return TokenFacts(
        tpp=_text(answer, "client_id"),
        scopes=_scopes(_text(answer, "scope") or ""),
        expires_at=_moment(answer, "exp"),
        not_before=_moment(answer, "nbf"),
        certificate_thumbprint=_thumbprint(answer),
        psu=None if username is None else PsuId(username),
        issuer=_text(answer, "iss"),
    )


def _text(answer: Mapping[str, Any], name: str) -> str | None:
    if name not in answer:
        return None
    value = answer[name]
    if not isinstance(value, str) or not value.strip():
        raise _unreadable(name)
    return value


def _scopes(words: str) -> tuple[Scope, ...]:
    return tuple(scope for word in words.split() if (scope := Scope.named(word)))


def _moment(answer: Mapping[str, Any], name: str) -> datetime | None:
    """Seconds since 1970 (RFC 7519, 2)."""
    if name not in answer:
        return None
    value = answer[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unreadable(name)
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise _unreadable(name) from None


def _thumbprint(answer: Mapping[str, Any]) -> str | None:
    """In hex, of the certificate that the token is bound to (RFC 8705, 3.2). A key of another
    kind (RFC 7800) cannot be shown here.
    """
    if "cnf" not in answer:
        return None
    confirmation = answer["cnf"]
    told = confirmation.get("x5t#S256") if isinstance(confirmation, Mapping) else None
    try:
        digest = urlsafe_b64decode(f"{told}==")
    except ValueError:
        raise _unreadable("cnf") from None
    if told is None or len(digest) != _SHA256_BYTES:
        raise _unreadable("cnf")
    return digest.hex()


def _unreadable(name: str) -> TokenInvalid:
    """A fault of the bank's, which the TPP may pass on."""
    return TokenInvalid(f"What the bank's authorization server says of '{name}' cannot be read.")
