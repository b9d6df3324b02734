"""Confirmation codes: kept as slow hashes, compared in constant time."""

import hashlib
from hmac import compare_digest
from typing import Final

# Some 50 ms each; a stolen database must not give short codes away within a link's life.
_COST: Final = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


def hashed_code(authorisation_id: str, code: str) -> str:
    """What is stored of a code. The salt is the authorisation's id, which no other one has."""
    return hashlib.scrypt(code.encode(), salt=authorisation_id.encode(), **_COST).hex()


def code_is_right(authorisation_id: str, code: str, code_hash: str | None) -> bool:
    """Is it the code that the bank has announced? Never, where it has announced none."""
    right = hashed_code(authorisation_id, code)
    return code_hash is not None and compare_digest(right, code_hash)
