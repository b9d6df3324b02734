"""What a country's banks refuse in a payment's body (profile key `pis.countryValidationSupported`).

A country is added by a row.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CountryRules:
    """Members of a JSON payment that may not be sent in this country."""

    forbidden_members: frozenset[str] = frozenset()


_RULES: Final = {
    "DE": CountryRules(forbidden_members=frozenset({"creditorId"})),
    "AT": CountryRules(),
}


def rules_of(country: str) -> CountryRules:
    """The country's rules; Germany's for a country without a row, as the profile documents."""
    return _RULES.get(country.upper(), _RULES["DE"])
