"""What a country's banks ask of the members of a JSON payment, beyond the standard.

The profile key `pis.countryValidationSupported` chooses the row. A country is added by a row, and a
row of your own in the place of one of these overrides it: docs/countries.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class ReferenceForm:
    """What a structured reference of one `referenceType` looks like; `name` is told to the TPP."""

    name: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class CountryRules:
    """Rules for each payment alike: a single one, a periodic one, an entry of a bulk.

    Members are named by their path in the payment, such as `creditorAddress.townName`; a path
    through a list means each of its members. What the standard demands and limits anyhow needs
    no rule; a `required` member must be one that all payment services have.
    """

    forbidden: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    references: Mapping[str, ReferenceForm] = field(default_factory=dict)


DEFAULT: Final = "DE"

COUNTRIES: Final[Mapping[str, CountryRules]] = {
    "DE": CountryRules(forbidden=frozenset({"creditorId"})),
    "AT": CountryRules(),  # nothing beyond the standard, which has a `creditorId`
    # Swiss Implementation Guidelines for Credit Transfers: structured addresses only, and the
    # references of the QR-bill. Their check digits, and that QRR goes with a QR-IBAN, are left to
    # the bank, which knows its accounts.
    "CH": CountryRules(
        forbidden=frozenset({"creditorId"}),
        required=("creditorAddress", "creditorAddress.townName", "creditorAddress.country"),
        references={
            "QRR": ReferenceForm("a QR reference of 27 digits", re.compile(r"[0-9]{27}")),
            "SCOR": ReferenceForm(
                "a creditor reference of ISO 11649", re.compile(r"RF[0-9]{2}[a-zA-Z0-9]{1,21}")
            ),
        },
    ),
}


def rules_of(country: str, rows: Mapping[str, CountryRules] = COUNTRIES) -> CountryRules:
    """The country's rules; Germany's for a country without a row, as the profile documents."""
    return rows.get(country.upper()) or rows[DEFAULT]
