"""The first answer to a request that may be repeated (P14)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What the first request with this key was answered. `headers` is JSON text."""

    request_key: str
    body_digest: str
    http_status: int
    headers: str
    body: bytes
