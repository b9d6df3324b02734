"""Confirmation codes: of each the bank keeps a slow hash only."""

import hashlib
from hmac import compare_digest
from typing import Final

_COST: Final = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


def hashed(authorisation_id: str, code: str) -> str:
    """What is kept. The salt is the authorisation's id, which no other one has."""
    return hashlib.scrypt(code.encode(), salt=authorisation_id.encode(), **_COST).hex()


def is_right(authorisation_id: str, code: str, kept: str | None) -> bool:
    """Is it the authorisation's newest code?"""
    return kept is not None and compare_digest(hashed(authorisation_id, code), kept)
