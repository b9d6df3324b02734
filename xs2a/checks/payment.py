"""Rules of a single payment that the schema alone cannot judge: profile, country, today's date."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from cms.domain.profile import AccountReferenceKind, Profile
from xs2a.checks import values
from xs2a.errors import Finding
from xs2a.spec.countries import rules_of
from xs2a.spec.messages import Message

_ACCOUNTS: Final = (("debtor_account", "debtorAccount"), ("creditor_account", "creditorAccount"))

# Member of an account reference -> its kind in the profile. `other` has none: always refused (P10).
_KINDS: Final[dict[str, AccountReferenceKind | None]] = {
    "iban": AccountReferenceKind.IBAN,
    "bban": AccountReferenceKind.BBAN,
    "pan": AccountReferenceKind.PAN,
    "masked_pan": AccountReferenceKind.MASKED_PAN,
    "msisdn": AccountReferenceKind.MSISDN,
    "other": None,
}


@dataclass(frozen=True, slots=True)
class BodyRules:
    """What the rules depend on."""

    profile: Profile
    today: date


def check_single_payment(loaded: Mapping[str, Any], rules: BodyRules) -> Iterator[Finding]:
    """Findings of the second stage, about the members that the schema accepted.

    `loaded` holds the accepted members by their snake_case names.
    """
    optional = rules.profile.pis.debtor_account_optional_in_initial_request
    if "debtor_account" not in loaded and not optional:
        yield _format("debtorAccount", "is missing")
    amount = loaded.get("instructed_amount")
    if amount is not None and not values.fits_currency(amount["amount"], amount["currency"]):
        yield _format("instructedAmount.amount", "has more decimals than the currency")
    if not rules.profile.common.iban_validation_disabled:
        yield from _check_digits(loaded)
    day = loaded.get("requested_execution_date")
    if isinstance(day, date) and day < rules.today:
        text = "'requestedExecutionDate' must not be in the past."
        yield Finding(Message.EXECUTION_DATE_INVALID, text, "requestedExecutionDate")
    country = rules.profile.pis.country_validation_supported
    if "creditor_id" in loaded and "creditorId" in rules_of(country).forbidden_members:
        yield _format("creditorId", f"is not a member of this body in {country.upper()}")


def check_account_kinds(loaded: Mapping[str, Any], profile: Profile) -> Iterator[Finding]:
    """Findings of the last stage: one identifier per account, of a kind that the bank offers."""
    offered = profile.common.supported_account_reference_fields
    for name, path in _ACCOUNTS:
        reference = loaded.get(name)
        if reference is None:
            continue
        named = [member for member in _KINDS if member in reference]
        unsupported = [member for member in named if _KINDS[member] not in offered]
        if not named:
            yield _format(path, "names no account")
        elif len(named) > 1:
            yield _format(path, "must have one account identifier only")
        elif unsupported:
            yield _format(path, f"has the identifier '{unsupported[0]}', which is not supported")


def _check_digits(loaded: Mapping[str, Any]) -> Iterator[Finding]:
    for name, path in _ACCOUNTS:
        iban = loaded.get(name, {}).get("iban")
        if iban is not None and not values.is_iban(iban):
            yield _format(f"{path}.iban", "is not a valid IBAN")


def _format(path: str, text: str) -> Finding:
    return Finding(Message.FORMAT_ERROR, f"'{path}' {text}.", path)
