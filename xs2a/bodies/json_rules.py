"""Rules of a JSON payment that its schema alone cannot judge: profile, country, today's date.

`loaded` holds what the schema accepted, by snake_case names. Findings come in validation order; a
single check tells one, or None.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Final

from cms.domain.payment_order import Frequency
from cms.domain.profile import Profile
from xs2a.bodies.faults import Fault, Faults
from xs2a.bodies.fields import MOST_FAULTS
from xs2a.checks.accounts import check_iban, check_kinds
from xs2a.checks.countries import check_country
from xs2a.checks.payment import (
    BodyRules,
    check_amount,
    check_execution_day,
    check_execution_moment,
    check_period,
    check_start_day,
    refused,
)
from xs2a.errors import Finding

Loaded = Mapping[str, Any]

_ACCOUNTS: Final = (("debtor_account", "debtorAccount"), ("creditor_account", "creditorAccount"))


def check_single(loaded: Loaded, rules: BodyRules) -> Iterable[Finding]:
    """A single payment."""
    profile = rules.profile
    return filter(
        None, (_debtor(loaded, profile), *_transfer(loaded, profile), _day(loaded, rules))
    )


def check_periodic(loaded: Loaded, rules: BodyRules) -> Iterable[Finding]:
    """A periodic payment."""
    profile = rules.profile
    return filter(
        None,
        (
            _debtor(loaded, profile),
            *_transfer(loaded, profile),
            *check_standing_order(loaded, rules),
        ),
    )


def check_standing_order(loaded: Loaded, rules: BodyRules) -> Iterable[Finding]:
    """When a periodic payment is made."""
    return filter(None, (_period(loaded, rules), _months(loaded)))


def check_bulk(loaded: Loaded, rules: BodyRules) -> Iterable[Finding]:
    """A bulk, and each of its entries."""
    found = chain(
        filter(None, (_debtor(loaded, rules.profile),)),
        _entries(loaded, rules.profile),
        filter(None, (_day(loaded, rules), _moment(loaded, rules))),
    )
    return islice(found, MOST_FAULTS)


def check_accounts(loaded: Loaded, profile: Profile) -> Iterable[Finding]:
    """The last stage: how the accounts are named, of a payment or of a bulk with its entries."""
    found = filter(None, _kinds(loaded, profile))
    if "payments" not in loaded:
        return found
    entries = enumerate(loaded["payments"])
    below = (_kinds(each.loaded, profile, f"payments[{place}].") for place, each in entries)
    return islice(chain(found, filter(None, chain.from_iterable(below))), MOST_FAULTS)


def not_told(
    findings: Iterable[Finding], faults: Mapping[str, Faults], prefix: str = ""
) -> Iterator[Finding]:
    """A member that the schema refused is absent from what it loaded: no second finding."""
    for each in findings:
        member = (each.path or "").removeprefix(prefix).partition(".")[0].partition("[")[0]
        if member not in faults:
            yield each


def _debtor(loaded: Loaded, profile: Profile) -> Finding | None:
    if "debtor_account" in loaded:
        return _iban(loaded["debtor_account"], "debtorAccount", profile)
    if profile.pis.debtor_account_optional_in_initial_request:
        return None
    return refused("debtorAccount", "is missing")


def _entries(loaded: Loaded, profile: Profile) -> Iterator[Finding]:
    for place, entry in enumerate(loaded.get("payments", ())):
        if isinstance(entry.faults, Fault):
            continue  # no object at all
        prefix = f"payments[{place}]."
        found = filter(None, _transfer(entry.loaded, profile, prefix))
        yield from not_told(found, entry.faults, prefix) if entry.faults else found


def _transfer(loaded: Loaded, profile: Profile, prefix: str = "") -> tuple[Finding | None, ...]:
    """What every payment has, alone or in a bulk."""
    creditor = loaded.get("creditor_account")
    return (
        _amount(loaded.get("instructed_amount"), f"{prefix}instructedAmount.amount"),
        None if creditor is None else _iban(creditor, f"{prefix}creditorAccount", profile),
        *check_country(loaded, profile.pis.country_validation_supported, prefix),
    )


def _amount(amount: Loaded | None, path: str) -> Finding | None:
    return None if amount is None else check_amount(amount["amount"], amount["currency"], path)


def _iban(reference: Loaded, path: str, profile: Profile) -> Finding | None:
    iban = reference.get("iban")
    return None if iban is None else check_iban(iban, f"{path}.iban", profile)


def _day(loaded: Loaded, rules: BodyRules) -> Finding | None:
    day = loaded.get("requested_execution_date")
    path = "requestedExecutionDate"
    return None if day is None else check_execution_day(day, rules.today, path)


def _moment(loaded: Loaded, rules: BodyRules) -> Finding | None:
    """The time of a bulk may come with its day, if it is a time of that day."""
    moment = loaded.get("requested_execution_time")
    if moment is None:
        return None
    path = "requestedExecutionTime"
    if loaded.get("requested_execution_date", moment.date()) != moment.date():
        return refused(path, "names another day than requestedExecutionDate")
    return check_execution_moment(moment, rules.today, path)


def _period(loaded: Loaded, rules: BodyRules) -> Finding | None:
    """The end is compared with a start that is right (spec 12.4)."""
    start, end = loaded.get("start_date"), loaded.get("end_date")
    if start is None:
        return None
    too_early = check_start_day(start, rules.today, "startDate")
    return too_early or (None if end is None else check_period(start, end, "endDate"))


def _months(loaded: Loaded) -> Finding | None:
    """Months belong to the one frequency that needs them (`monthsOfExecution`)."""
    if "frequency" not in loaded:
        return None
    variable = loaded["frequency"] == Frequency.MONTHLY_VARIABLE
    if variable == ("months_of_execution" in loaded):
        return None
    text = "is missing" if variable else "belongs to the frequency MonthlyVariable only"
    return refused("monthsOfExecution", text)


def _kinds(loaded: Loaded, profile: Profile, prefix: str = "") -> list[Finding | None]:
    return [
        check_kinds(loaded[name], f"{prefix}{member}", profile)
        for name, member in _ACCOUNTS
        if name in loaded
    ]
