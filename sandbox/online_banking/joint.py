"""Whose approval a payment needs, where its account belongs to several people."""

from dataclasses import dataclass

from sandbox.core.accounts import holders_of
from sandbox.core.people import PERSON_BY_ID, Account
from sandbox.core.purposes import Purpose
from sandbox.online_banking.cms_port import CmsClient, PaymentToApprove


@dataclass(frozen=True, slots=True)
class Signatures:
    """Names of people: all who must authorise, and those who have."""

    needed: tuple[str, ...]
    given: tuple[str, ...]


def signatures(cms: CmsClient, link: PaymentToApprove, debtor: Account | None) -> Signatures | None:
    """What a payment from a joint account needs; None where one person is enough, as it always is
    for a cancellation.
    """
    holders = sorted(holders_of(debtor.account_id)) if debtor is not None else []
    if len(holders) < 2 or link.purpose is Purpose.CANCEL:
        return None
    done = cms.authorised_by(link.payment_id, link.purpose)
    names = {psu_id: PERSON_BY_ID[psu_id].name for psu_id in holders}
    given = tuple(name for psu_id, name in names.items() if psu_id in done)
    return Signatures(tuple(names.values()), given)


def partners_of(psu_id: str) -> tuple[str, ...]:
    """The PSU-IDs of those with whom this person has an account together."""
    held = PERSON_BY_ID[psu_id].accounts
    together = frozenset().union(*(holders_of(account.account_id) for account in held))
    return tuple(sorted(together - {psu_id}))
