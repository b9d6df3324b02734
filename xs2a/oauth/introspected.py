"""What the bank's own authorization server says of a token (RFC 7662), as facts."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cms.domain.access import Scope
from xs2a.oauth.tokens import TokenFacts


def facts_told(answer: Mapping[str, Any]) -> TokenFacts | None:
    """The facts of an introspection's answer; None for a token that is not active.

    `client_id` must be the TPP's authorisation number, `scope` has `PIS` or `PIS:<paymentId>`
    among its words. Of a member that cannot be read nothing is known, and nothing opens by it.
    """
    if answer.get("active") is not True:
        return None
    confirmation = answer.get("cnf")
    thumbprint = confirmation.get("x5t#S256") if isinstance(confirmation, Mapping) else None
    return TokenFacts(
        tpp=_text(answer.get("client_id")),
        scope=_scope(_text(answer.get("scope")) or ""),
        expires_at=_moment(answer.get("exp")),
        certificate_thumbprint=None if thumbprint is None else _hex(thumbprint),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _scope(words: str) -> Scope | None:
    return next((scope for word in words.split() if (scope := Scope.named(word))), None)


def _moment(value: object) -> datetime | None:
    if not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _hex(thumbprint: object) -> str:
    """The thumbprint in hex; what cannot be read is nobody's."""
    try:
        return urlsafe_b64decode(f"{thumbprint}==").hex()
    except ValueError:
        return "unreadable"
