"""The people behind the operators' console: what they may do, and what is kept of their doings."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cms.domain.errors import Malformed, Refusal

SHORTEST_PASSWORD: Final = 12  # characters, in production
# Beyond this a password only costs time: what is hashed is as long as what is sent.
LONGEST_PASSWORD: Final = 200
MOST_WRONG_TRIES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
IDLE_FOR: Final = timedelta(minutes=30)
SESSION_FOR: Final = timedelta(hours=8)
# A session that was used so short ago is not written again: looking around costs no write.
USED_JUST_NOW: Final = timedelta(minutes=1)

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}")


class OperatorRole(StrEnum):
    """What an operator may do: look at everything, or also act."""

    READ = "read"
    OPERATE = "operate"

    def covers(self, demanded: "OperatorRole") -> bool:
        """Is this role enough where that one is demanded?"""
        return self is OperatorRole.OPERATE or self is demanded


class OperatorDeed(StrEnum):
    """What the trail keeps of an operator; the value is what is stored."""

    LOGGED_IN = "logged in"
    LOG_IN_REFUSED = "log-in refused"
    LOGGED_OUT = "logged out"
    ENDED_SESSIONS = "ended other sessions"
    LOOKED_AT_PAYMENT = "looked at payment"
    BLOCKED_TPP = "blocked TPP"
    UNBLOCKED_TPP = "unblocked TPP"
    ADDED_OPERATOR = "added operator"
    REMOVED_OPERATOR = "removed operator"
    CHANGED_PASSWORD = "changed password"  # noqa: S105  the name of a deed


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who may log in to the console. Of the password only a slow, salted hash is kept."""

    name: str
    role: OperatorRole
    created_at: datetime
    password_hash: str = field(repr=False)
    locked_until: datetime | None = None

    def locked(self, now: datetime) -> bool:
        """Were there so many wrong tries that even the right password is refused for a while?"""
        return self.locked_until is not None and now < self.locked_until


@dataclass(frozen=True, slots=True)
class OperatorSession:
    """One log-in of an operator, in one browser. Of its token only the hash is kept."""

    operator: str
    role: OperatorRole
    created_at: datetime
    last_used_at: datetime
    token_hash: str = field(repr=False)

    def over(self, now: datetime) -> bool:
        """Has it lasted, or been left alone, for too long?"""
        return now >= self.created_at + SESSION_FOR or now >= self.last_used_at + IDLE_FOR


@dataclass(frozen=True, slots=True)
class OperatorAction:
    """A line of the trail: who did what to which subject, when, and why they said so."""

    at: datetime
    deed: OperatorDeed
    operator: str = ""
    instance_id: str | None = None
    subject: str | None = None
    reason: str | None = None
    action_id: str = ""


class LogInRefused(Refusal):
    """Wrong name, wrong password, or too many wrong tries: which one is not told."""

    text = "Name or password is not right, or there were too many tries."


class LogInBusy(Refusal):
    """Another log-in is being judged: that costs so much that it is done one at a time."""

    text = "The console is busy. Please try again."


class OperatorExists(Refusal):
    """Another operator has this name."""

    text = "There is an operator of this name already."


def operator_name(typed: str) -> str:
    """The name as it is kept: in small letters. Raises Malformed."""
    name = typed.strip().lower()
    if not _NAME.fullmatch(name):
        raise Malformed(
            "A name has 1 to 50 of the characters a to z, 0 to 9, '.', '_' and '-', "
            "and begins with a letter or a digit."
        )
    return name


def acceptable_password(password: str, shortest: int) -> str:
    """The password, if it may be set. Raises Malformed, without repeating it."""
    if not shortest <= len(password) <= LONGEST_PASSWORD:
        raise Malformed(f"A password has {shortest} to {LONGEST_PASSWORD} characters.")
    return password
