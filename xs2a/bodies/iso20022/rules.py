"""Rules of a pain.001's facts: those of JSON, told with XPaths; and that its sums are right."""

from collections.abc import Iterator
from decimal import Decimal

from xs2a.bodies.iso20022.elements import Fact, Faults
from xs2a.bodies.iso20022.facts import AccountFact, Initiation, Instruction, Totals, Transaction
from xs2a.checks import values
from xs2a.checks.accounts import check_iban, check_kinds
from xs2a.checks.payment import (
    BodyRules,
    check_amount,
    check_execution_day,
    check_execution_moment,
    refused,
)
from xs2a.errors import Finding
from xs2a.spec.purpose_codes import PURPOSE_CODES


def check_facts(initiation: Initiation, rules: BodyRules, faults: Faults) -> None:
    """Findings about single values, in the order of the document."""
    for instruction, transactions in initiation.instructions:
        _check_instruction(instruction, rules, faults)
        for transaction in transactions:
            if faults.full:
                return
            _check_transaction(transaction, rules, faults)


def check_totals(initiation: Initiation, faults: Faults) -> None:
    """Counts and sums, wherever the document tells them, are those of the transactions (P11)."""
    _check_totals(initiation.totals, f"{initiation.path}/GrpHdr", initiation.transactions, faults)
    for instruction, transactions in initiation.instructions:
        _check_totals(instruction.totals, instruction.path, iter(transactions), faults)


def check_single(initiation: Initiation, faults: Faults) -> None:
    """A single or a periodic payment is one transaction."""
    if sum(1 for _ in initiation.transactions) > 1:
        faults.tell(initiation.path, "must have one transaction only")


def check_accounts(initiation: Initiation, rules: BodyRules) -> Iterator[Finding]:
    """Findings of the last stage: one identifier for each account, of a kind that is offered."""
    for instruction, transactions in initiation.instructions:
        accounts = (instruction.debtor_account, *(each.creditor_account for each in transactions))
        for account in accounts:
            if account is not None:
                found = check_kinds(account.identifiers, account.path, rules.profile)
                if found is not None:
                    yield found


def _check_instruction(instruction: Instruction, rules: BodyRules, faults: Faults) -> None:
    optional = rules.profile.pis.debtor_account_optional_in_initial_request
    if instruction.debtor_account is None and not optional:
        faults.tell(f"{instruction.path}/DbtrAcct", "is missing")
    _check_account(instruction.debtor_account, rules, faults)
    day, moment = instruction.day, instruction.moment
    if day is not None:
        faults.add(check_execution_day(day.value, rules.today, day.path))
    if moment is not None:
        faults.add(check_execution_moment(moment.value, rules.today, moment.path))
    _check_charge_bearer(instruction.charge_bearer, faults)


def _check_transaction(transaction: Transaction, rules: BodyRules, faults: Faults) -> None:
    amount, currency = transaction.amount, transaction.currency
    if currency is not None and currency.value not in values.CURRENCIES:
        faults.tell(currency.path, "is not a currency code of ISO 4217")
    elif amount is not None and currency is not None:
        faults.add(check_amount(amount.value, currency.value, amount.path))
    _check_charge_bearer(transaction.charge_bearer, faults)
    agent = transaction.creditor_agent
    if agent is not None and not values.BIC_PATTERN.fullmatch(agent.value):
        faults.tell(agent.path, "is not a valid BIC")
    country = transaction.creditor_country
    if country is not None and country.value not in values.COUNTRIES:
        faults.tell(country.path, "is not a country code of ISO 3166-1")
    _check_account(transaction.creditor_account, rules, faults)
    purpose = transaction.purpose
    if purpose is not None and purpose.value not in PURPOSE_CODES:
        faults.tell(purpose.path, "is not a purpose of ISO 20022")


def _check_account(account: AccountFact | None, rules: BodyRules, faults: Faults) -> None:
    if account is None:
        return
    reference, paths = account.reference, account.identifiers
    if reference.iban is not None:
        faults.add(check_iban(reference.iban, paths["iban"], rules.profile))
    if reference.bban is not None and not values.BBAN_PATTERN.fullmatch(reference.bban):
        faults.tell(paths["bban"], "is not a valid BBAN")
    if reference.currency is not None and reference.currency not in values.CURRENCIES:
        faults.tell(f"{account.path}/Ccy", "is not a currency code of ISO 4217")


def _check_charge_bearer(bearer: Fact[str] | None, faults: Faults) -> None:
    if bearer is not None and bearer.value not in values.CHARGE_BEARERS:
        faults.tell(bearer.path, "is not a charge bearer")


def _check_totals(
    totals: Totals, path: str, transactions: Iterator[Transaction], faults: Faults
) -> None:
    amounts = [each.amount.value for each in transactions if each.amount is not None]
    number, control_sum = totals.number, totals.control_sum
    if number is not None and number.value != len(amounts):
        text = f"is not the number of transactions, {len(amounts)}"
        faults.add(refused(f"{path}/NbOfTxs", text))
    total = sum(amounts, Decimal())
    if control_sum is not None and control_sum.value != total:
        faults.add(refused(f"{path}/CtrlSum", f"is not the sum of the amounts, {total:f}"))
