"""The source of new ids: the server's clock, and the machine's randomness."""

import os
from collections.abc import Callable
from datetime import datetime
from itertools import count

from cms.domain.ids import id_made_at


def id_source(clock: Callable[[], datetime]) -> Callable[[], str]:
    """What makes ids. Those of one process keep its order also within a millisecond (RFC 9562,
    clause 6.2: a counter in the place of the first 12 random bits); 62 bits are random.
    """
    counter = count()

    def new_id() -> str:
        random = int.from_bytes(os.urandom(8), "big") >> 2
        return id_made_at(clock(), (next(counter) & 0xFFF) << 62 | random)

    return new_id
