"""What the bank's country asks of the members of one JSON payment (spec 12.5)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from xs2a.checks.payment import refused
from xs2a.checks.values import is_blank
from xs2a.errors import Finding
from xs2a.spec.countries import CountryRules, rules_of

_STRUCTURED: Final = (
    "remittanceInformationStructured",
    "remittanceInformationStructuredArray",
)


def check_country(loaded: Mapping[str, Any], country: str, prefix: str = "") -> Iterable[Finding]:
    """`loaded` holds the payment's members by snake_case names; `prefix` leads to the payment."""
    rules, concerned = _plan(country)
    if not rules.required and concerned.isdisjoint(loaded):
        return ()
    return check_row(loaded, rules, country.upper(), prefix)


@lru_cache(maxsize=64)
def _plan(country: str) -> tuple[CountryRules, frozenset[str]]:
    """The country's rules, and the members of a payment that they concern."""
    rules = rules_of(country)
    paths = (*rules.forbidden, *(_STRUCTURED if rules.references else ()))
    return rules, frozenset(_snake_case(path.partition(".")[0]) for path in paths)


def check_row(
    loaded: Mapping[str, Any], rules: CountryRules, country: str, prefix: str = ""
) -> Iterator[Finding]:
    """The same by a row that is given; `country` is only named in the findings."""
    for path in sorted(rules.forbidden):
        for place, _ in _found(loaded, path):
            yield refused(f"{prefix}{place}", f"is not a member of this body in {country}")
    for path in rules.required:
        for place in _absent(loaded, path):
            yield refused(f"{prefix}{place}", f"is missing; it is required in {country}")
    if rules.references:
        yield from _check_references(loaded, rules, prefix)


def _absent(loaded: Mapping[str, Any], path: str) -> Iterator[str]:
    """The path, wherever what is above its last member is there, and the member itself is not."""
    above, _, last = path.rpartition(".")
    for place, holder in _found(loaded, above) if above else (("", loaded),):
        value = holder.get(_snake_case(last))
        if not value or (isinstance(value, str) and is_blank(value)):
            yield f"{place}.{last}".removeprefix(".")


def _check_references(
    loaded: Mapping[str, Any], rules: CountryRules, prefix: str
) -> Iterator[Finding]:
    for member in _STRUCTURED:
        for place, remittance in _found(loaded, member):
            form = rules.references.get(remittance.get("reference_type", ""))
            if form is not None and not form.pattern.fullmatch(remittance["reference"]):
                yield refused(f"{prefix}{place}.reference", f"is not {form.name}")


def _found(loaded: Mapping[str, Any], path: str) -> Sequence[tuple[str, Any]]:
    """Each value that the path leads to, with its own path: lists are entered."""
    first, _, rest = path.partition(".")
    value = loaded.get(_snake_case(first))
    if value is None:
        return ()
    each_one = (
        [(f"{first}[{place}]", each) for place, each in enumerate(value)]
        if isinstance(value, list)
        else [(first, value)]
    )
    if not rest:
        return each_one
    return [(f"{at}.{below}", v) for at, each in each_one for below, v in _found(each, rest)]


@lru_cache(maxsize=256)
def _snake_case(member: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", member).lower()
