"""Ids of new resources: UUIDs of version 7 (RFC 9562, clause 5.7).

Opaque and unguessable (74 random bits, C2), and ordered by time: new rows lie side by side in the
database's indexes instead of all over them, which spares pages at every commit.
"""

import os
import time


def new_id() -> str:
    """A new id in its 36 characters."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    bits = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | (random >> 62 & 0xFFF) << 64
    bits |= 0b10 << 62 | random & (1 << 62) - 1
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
