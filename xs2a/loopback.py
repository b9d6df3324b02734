"""Calls of ours to faces of ours: never by a proxy that the environment names for the outside."""

import requests

_LOOK_S = 5.0


def own_session() -> requests.Session:
    """What calls a neighbour on this machine; no `http_proxy` and no `.netrc` has a say."""
    session = requests.Session()
    session.trust_env = False
    return session


def is_fine(url: str) -> bool:
    """Does a face answer there, and with success?"""
    with own_session() as session:
        try:
            return session.get(url, timeout=_LOOK_S).ok
        except requests.RequestException:
            return False
