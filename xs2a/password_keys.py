"""The private keys for encrypted passwords: a JWKS file, made by itself in the sandbox."""

import os

import orjson
from joserfc.jwk import ECKey

from xs2a.http.encrypted import PasswordKeys
from xs2a.settings import Settings


class PasswordKeysInvalid(Exception):
    """The file that XS2A_PASSWORD_KEYS names cannot be used; the message says why."""


def read_password_keys(settings: Settings) -> PasswordKeys:
    """The keys of the file, newest first; none where none is named, or the sandbox has not made
    its own yet. Raises PasswordKeysInvalid.
    """
    file = settings.password_keys
    if file is None or (settings.sandbox and not file.exists()):
        return PasswordKeys()
    try:
        return PasswordKeys(orjson.loads(file.read_bytes())["keys"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        # The file's content must not get into a log by way of an error's text.
        reason = str(error) if type(error) is ValueError else type(error).__name__
        text = f"XS2A_PASSWORD_KEYS: {file} holds no usable JWKS: {reason}"
        raise PasswordKeysInvalid(text) from None


def ensure_password_keys(settings: Settings) -> None:
    """Make a key for the sandbox, where there is none yet; only its owner may read the file."""
    file = settings.password_keys
    if file is None or file.exists():
        return
    jwk = ECKey.generate_key("P-256", private=True).as_dict(private=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
        made.write(orjson.dumps({"keys": [jwk]}))
