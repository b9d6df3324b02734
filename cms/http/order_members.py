"""A payment order as members of JSON, under the standard's names (OpenAPI, `*Initiation_json`).

For orders that came in another format: a page then reads amount and creditor as of any payment.
Members that say nothing are left out.
"""

from collections.abc import Collection
from typing import Any

from cms.domain.money import AccountReference, Amount
from cms.domain.payment_order import (
    Address,
    CreditTransfer,
    PaymentOrder,
    StandingOrder,
    StructuredRemittance,
)
from cms.domain.payment_service import PaymentService
from cms.http.members import present

# In a periodic payment these do not count: a pain.001 must name a day, and the standing order
# beside it names those that are meant.
_DAY = ("requestedExecutionDate", "requestedExecutionTime")
# What a bulk says once for all of its transfers, if it is the same for all of them.
_SAID_ONCE = ("debtorAccount", *_DAY)


def order_members(service: PaymentService, order: PaymentOrder) -> dict[str, Any]:
    """The members of a body of this payment service; none if only the bank can read the order."""
    if not order.transfers:
        return {}
    if service is PaymentService.BULK_PAYMENTS:
        return _bulk(order)
    transfer, standing = _transfer(order.transfers[0]), order.standing_order
    return transfer if standing is None else _without(_DAY, transfer) | _standing_order(standing)


def _bulk(order: PaymentOrder) -> dict[str, Any]:
    """Where debtors or days differ, which pain.001 lets them do, each transfer names its own."""
    entries = [_transfer(transfer) for transfer in order.transfers]
    once = {
        name: entries[0][name]
        for name in _SAID_ONCE
        if name in entries[0] and all(entry.get(name) == entries[0][name] for entry in entries)
    }
    payments = [_without(once, entry) for entry in entries]
    return present({"batchBookingPreferred": order.batch_booking_preferred, **once}) | {
        "payments": payments
    }


def _standing_order(standing: StandingOrder) -> dict[str, Any]:
    day = standing.day_of_execution
    months = [str(month) for month in standing.months_of_execution]
    return present(
        {
            "startDate": standing.start_date.isoformat(),
            "endDate": standing.end_date.isoformat() if standing.end_date else None,
            "executionRule": standing.execution_rule.value if standing.execution_rule else None,
            "frequency": standing.frequency.value,
            "dayOfExecution": str(day) if day is not None else None,
            "monthsOfExecution": months or None,
        }
    )


def _transfer(transfer: CreditTransfer) -> dict[str, Any]:
    day, moment = transfer.requested_execution_date, transfer.requested_execution_time
    address = transfer.creditor_address
    debtor = transfer.debtor_account
    return present(
        {
            "endToEndIdentification": transfer.end_to_end_identification,
            "instructionIdentification": transfer.instruction_identification,
            "debtorName": transfer.debtor_name,
            "debtorAccount": _account(debtor) if debtor else None,
            "ultimateDebtor": transfer.ultimate_debtor,
            "instructedAmount": _amount(transfer.instructed_amount),
            "creditorAccount": _account(transfer.creditor_account),
            "creditorAgent": transfer.creditor_agent,
            "creditorAgentName": transfer.creditor_agent_name,
            "creditorName": transfer.creditor_name,
            "creditorId": transfer.creditor_id,
            "creditorAddress": _address(address) if address else None,
            "ultimateCreditor": transfer.ultimate_creditor,
            "purposeCode": transfer.purpose_code,
            "chargeBearer": transfer.charge_bearer,
            "requestedExecutionDate": day.isoformat() if day else None,
            "requestedExecutionTime": moment.isoformat() if moment else None,
        }
    ) | _remittance(transfer)


def _remittance(transfer: CreditTransfer) -> dict[str, Any]:
    """The first of each kind in the member for one, what is more in the member for many."""
    unstructured = list(transfer.remittance_information_unstructured)
    structured = [_structured(each) for each in transfer.remittance_information_structured]
    members: dict[str, Any] = {}
    for name, found in (("Unstructured", unstructured), ("Structured", structured)):
        if found:
            members[f"remittanceInformation{name}"] = found[0]
        if found[1:]:
            members[f"remittanceInformation{name}Array"] = found[1:]
    return members


def _structured(reference: StructuredRemittance) -> dict[str, Any]:
    return present(
        {
            "reference": reference.reference,
            "referenceType": reference.reference_type,
            "referenceIssuer": reference.reference_issuer,
        }
    )


def _amount(amount: Amount) -> dict[str, Any]:
    return {"currency": amount.currency, "amount": f"{amount.value:f}"}


def _account(account: AccountReference) -> dict[str, Any]:
    return present(
        {
            "iban": account.iban,
            "bban": account.bban,
            "pan": account.pan,
            "maskedPan": account.masked_pan,
            "msisdn": account.msisdn,
            "currency": account.currency,
        }
    )


def _address(address: Address) -> dict[str, Any]:
    return present(
        {
            "streetName": address.street_name,
            "buildingNumber": address.building_number,
            "townName": address.town_name,
            "postCode": address.post_code,
            "country": address.country,
        }
    )


def _without(names: Collection[str], members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in names}
