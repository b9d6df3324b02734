"""Which texts can be stored: the databases differ, and none of them may be the first to say no."""

from typing import Final

LONGEST_TEXT: Final = 500  # characters; of whatever text has no bound of its own


def can_be_stored(text: str) -> bool:
    """Does it come back as it is? PostgreSQL takes no NUL, and neither takes half a character."""
    if len(text) > LONGEST_TEXT or "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
