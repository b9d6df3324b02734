"""A TPP whose every request is signed with its seal."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sandbox.certificates import KeyType, SandboxQtsp, TppFacts
from tests.houses import NOW, TPP
from tests.signing import Signer
from tests.tpps import Headers, TppClient

SIGNED: dict[str, Any] = {"tppSignatureRequired": True}
"""What the profile says of it (section `common`)."""


def seal(
    qtsp: SandboxQtsp,
    facts: TppFacts = TPP,
    *,
    since: int = -1,
    until: int = 90,
    key_type: KeyType = KeyType.EC,
) -> Signer:
    """A seal, valid from and to so many days after NOW."""
    day = timedelta(days=1)
    return Signer(
        qtsp.issue_qsealc(
            facts, not_before=NOW + since * day, not_after=NOW + until * day, key_type=key_type
        )
    )


@dataclass(repr=False, kw_only=True)
class SignedTpp(TppClient):
    """`how` are the keywords of `Signer.sign`. What `tampered` says is changed, or with None
    left out, after the signature; `swapped` is then the body.
    """

    signer: Signer
    how: Mapping[str, Any] = field(default_factory=dict)
    tampered: Headers = field(default_factory=dict)
    swapped: bytes | None = None

    def call(
        self, method: str, path: str, headers: Headers | None = None, body: bytes = b""
    ) -> Any:
        signed = self.signer.sign(self.headers(headers), body, **self.how)
        sent = {
            name: value for name, value in {**signed, **self.tampered}.items() if value is not None
        }
        content = body if self.swapped is None else self.swapped
        return self.world.xs2a.request(path, method=method, headers=sent, body=content)

    def but(self, **changes: Any) -> "SignedTpp":
        """The same with something else."""
        return replace(self, **changes)
