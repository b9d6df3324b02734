"""The keys for what is sealed at rest: of the environment, or of the sandbox's own file."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cms.store.sealing import KEY_BYTES, KeyRing
from xs2a.settings import SANDBOX_KEY_PREFIX, Settings


def key_ring(settings: Settings) -> KeyRing:
    """The keys of XS2A_SERVER_KEYS. A sandbox that was given none makes one, and keeps it, so
    that it can read after a restart what it has sealed before.
    """
    keys = settings.server_keys or (_own_key(settings),)
    return KeyRing([_bytes_of(key) for key in keys], os.urandom)


def new_server_key() -> str:
    """A new key, as XS2A_SERVER_KEYS wants it."""
    return urlsafe_b64encode(os.urandom(KEY_BYTES)).decode().rstrip("=")


def _own_key(settings: Settings) -> str:
    """The sandbox's own key: marked, so that production knows it; only its owner may read it."""
    file = settings.sandbox_folder / "server-keys"
    settings.sandbox_folder.mkdir(parents=True, exist_ok=True)
    try:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(made, "w") as written:
        key = SANDBOX_KEY_PREFIX + new_server_key()
        written.write(f"{key}\n")
    return key


def _bytes_of(key: str) -> bytes:
    encoded = key if len(key) <= _LENGTH else key.removeprefix(SANDBOX_KEY_PREFIX)
    return urlsafe_b64decode(f"{encoded}=")


_LENGTH = len(urlsafe_b64encode(bytes(KEY_BYTES)).rstrip(b"="))
