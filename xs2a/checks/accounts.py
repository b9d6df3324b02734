"""Rules of the accounts that a payment names, the same in every format."""

from collections.abc import Iterable
from typing import Final

from cms.domain.profile import AccountReferenceKind, Profile
from xs2a.checks import values
from xs2a.checks.payment import refused
from xs2a.errors import Finding

_KINDS: Final[dict[str, AccountReferenceKind | None]] = {
    "iban": AccountReferenceKind.IBAN,
    "bban": AccountReferenceKind.BBAN,
    "pan": AccountReferenceKind.PAN,
    "masked_pan": AccountReferenceKind.MASKED_PAN,
    "msisdn": AccountReferenceKind.MSISDN,
    "other": None,
}
"""Identifier of an account -> its kind in the profile. `other` has none: always refused (P10)."""


def check_iban(iban: str, path: str, profile: Profile) -> Finding | None:
    """Upper case, without blanks, of the country's form and with its check digits (B8).

    The profile may leave form and digits to the bank; what remains is the standard's pattern.
    """
    if profile.common.iban_validation_disabled:
        fits = values.IBAN_PATTERN.fullmatch(iban) is not None
    else:
        fits = values.is_iban(iban)
    return None if fits else refused(path, "is not a valid IBAN")


def check_kinds(identifiers: Iterable[str], path: str, profile: Profile) -> Finding | None:
    """One identifier for an account (I3), of a kind that the bank offers (I4).

    `identifiers` are named as in the domain's AccountReference, and `other`; more members of an
    account reference, such as its currency, may be among them.
    """
    named = [each for each in identifiers if each in _KINDS]
    if not named:
        return refused(path, "names no account")
    if len(named) > 1:
        return refused(path, "must have one account identifier only")
    if _KINDS[named[0]] not in profile.common.supported_account_reference_fields:
        return refused(path, f"is named by its {named[0].upper()}, which is not supported")
    return None
