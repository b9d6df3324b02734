"""Members of a body."""

from typing import Any


def present(body: dict[str, Any]) -> dict[str, Any]:
    """Those that say something: absent ones are left out."""
    return {key: value for key, value in body.items() if value is not None}
