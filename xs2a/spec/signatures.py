"""Which headers a signature must cover (T5; Implementation Guidelines, "Signing messages")."""

from typing import Final

ALWAYS_SIGNED: Final = ("digest", "x-request-id")
SIGNED_WHEN_SENT: Final = ("psu-id", "psu-corporate-id", "tpp-redirect-uri")

REQUEST_TARGET: Final = "(request-target)"
"""Method and address under a name of their own (draft-cavage-http-signatures-12, 2.3)."""
