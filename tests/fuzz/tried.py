"""How much is tried: a little, always the same, in `make test`; much and random in `make fuzz`."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("XS2A_FUZZ_EXAMPLES", "0"))
"""Of each property; 0: as few as each property says."""


def tried(times: int) -> settings:
    """So many examples in an ordinary run. One house serves all of them."""
    return settings(
        max_examples=EXAMPLES or times,
        derandomize=not EXAMPLES,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )
