"""The JSON bodies of payments (`paymentInitiation_json` and so on, with the optional members).

The order of a schema's members is the order of the findings.
"""

from functools import partial
from typing import Final

from marshmallow import Schema

from cms.domain.payment_order import ExecutionRule, Frequency
from xs2a.bodies.faults import Fault
from xs2a.bodies.fields import (
    EARLY_MISSING,
    AmountValueField,
    CodeField,
    DayField,
    DayOfMonthField,
    EntriesField,
    ListField,
    MomentField,
    MonthsField,
    ObjectField,
    PatternField,
    SwitchField,
    TextField,
)
from xs2a.checks import values
from xs2a.spec.purpose_codes import PURPOSE_CODES

FREQUENCIES: Final = frozenset(each.value for each in Frequency)
EXECUTION_RULES: Final = frozenset(each.value for each in ExecutionRule)

# A wrong currency, purpose or charge bearer is told early, wherever it stands (spec 12.2).
# Check digits of an IBAN are judged later, as the profile may switch that off.
iban_number = partial(PatternField, values.IBAN_PATTERN, Fault("is not a valid IBAN"))
bban_number = partial(PatternField, values.BBAN_PATTERN, Fault("is not a valid BBAN"))
bic = partial(PatternField, values.BIC_PATTERN, Fault("is not a valid BIC"))
currency_code = partial(
    CodeField, values.CURRENCIES, Fault("is not a currency code of ISO 4217"), early=True
)
country_code = partial(CodeField, values.COUNTRIES, Fault("is not a country code of ISO 3166-1"))
purpose = partial(CodeField, PURPOSE_CODES, Fault("is not a purpose of ISO 20022"), early=True)
charge = partial(
    CodeField,
    values.CHARGE_BEARERS,
    Fault("must be one of " + ", ".join(sorted(values.CHARGE_BEARERS))),
    early=True,
)


class AmountSchema(Schema):
    """`amount`: a decimal number as text, with its currency."""

    currency = currency_code(required=True)
    amount = AmountValueField(required=True)


class OtherAccountSchema(Schema):
    """A proprietary account identification."""

    identification = TextField(35, required=True)
    scheme_name_code = TextField(35, data_key="schemeNameCode")
    scheme_name_proprietary = TextField(35, data_key="schemeNameProprietary")
    issuer = TextField(35)


class AccountReferenceSchema(Schema):
    """`accountReference`: one identifier of an account."""

    iban = iban_number()
    bban = bban_number()
    pan = TextField(35)
    masked_pan = TextField(35, data_key="maskedPan")
    msisdn = TextField(35)
    other = ObjectField(OtherAccountSchema)
    currency = currency_code()
    cash_account_type = TextField(4, data_key="cashAccountType")


class AddressSchema(Schema):
    """`address` of the creditor."""

    street_name = TextField(70, data_key="streetName")
    building_number = TextField(20, data_key="buildingNumber")
    town_name = TextField(100, data_key="townName")
    post_code = TextField(35, data_key="postCode")
    country = country_code(required=True)


class StructuredRemittanceSchema(Schema):
    """`remittanceInformationStructured`."""

    reference = TextField(35, required=True)
    reference_type = TextField(35, data_key="referenceType")
    reference_issuer = TextField(35, data_key="referenceIssuer")


class SinglePaymentSchema(Schema):
    """A single payment."""

    end_to_end_identification = TextField(35, data_key="endToEndIdentification")
    debtor_account = ObjectField(AccountReferenceSchema, data_key="debtorAccount")
    instructed_amount = ObjectField(AmountSchema, required=True, data_key="instructedAmount")
    creditor_account = ObjectField(
        AccountReferenceSchema, required=True, data_key="creditorAccount"
    )
    creditor_name = TextField(70, required=True, data_key="creditorName")
    creditor_address = ObjectField(AddressSchema, data_key="creditorAddress")
    requested_execution_date = DayField(data_key="requestedExecutionDate")
    creditor_id = TextField(35, data_key="creditorId")
    ultimate_debtor = TextField(70, data_key="ultimateDebtor")
    ultimate_creditor = TextField(70, data_key="ultimateCreditor")
    instruction_identification = TextField(35, data_key="instructionIdentification")
    debtor_name = TextField(70, data_key="debtorName")
    remittance_information_unstructured = TextField(
        140, data_key="remittanceInformationUnstructured"
    )
    remittance_information_unstructured_array = ListField(
        TextField(140), data_key="remittanceInformationUnstructuredArray"
    )
    remittance_information_structured = ObjectField(
        StructuredRemittanceSchema, data_key="remittanceInformationStructured"
    )
    remittance_information_structured_array = ListField(
        ObjectField(StructuredRemittanceSchema),
        data_key="remittanceInformationStructuredArray",
    )
    creditor_agent = bic(data_key="creditorAgent")
    creditor_agent_name = TextField(140, data_key="creditorAgentName")
    purpose_code = purpose(data_key="purposeCode")
    charge_bearer = charge(data_key="chargeBearer")


class StandingOrderSchema(Schema):
    """When a periodic payment is made; also the JSON part beside a pain.001."""

    start_date = DayField(required=True, data_key="startDate")
    end_date = DayField(data_key="endDate")
    execution_rule = CodeField(
        EXECUTION_RULES, Fault("must be following or preceding"), data_key="executionRule"
    )
    frequency = CodeField(
        FREQUENCIES,
        Fault("must be one of " + ", ".join(Frequency)),
        required=True,
        early=True,
        absent=EARLY_MISSING,
    )
    day_of_execution = DayOfMonthField(data_key="dayOfExecution")
    months_of_execution = MonthsField(data_key="monthsOfExecution")


class PeriodicPaymentSchema(StandingOrderSchema, SinglePaymentSchema):
    """A periodic payment: the members of a single one come first."""

    class Meta:
        """What a single payment may have beyond a periodic one (spec 12.3)."""

        exclude = ("creditor_agent_name", "charge_bearer", "requested_execution_date")


class BulkEntrySchema(SinglePaymentSchema):
    """One payment of a bulk."""

    class Meta:
        """What the bulk says for all its payments."""

        exclude = ("debtor_account", "requested_execution_date")


class BulkPaymentSchema(Schema):
    """A bulk payment."""

    batch_booking_preferred = SwitchField(data_key="batchBookingPreferred")
    debtor_account = ObjectField(AccountReferenceSchema, data_key="debtorAccount")
    debtor_name = TextField(70, data_key="debtorName")
    payments = EntriesField(BulkEntrySchema, required=True)
    requested_execution_date = DayField(data_key="requestedExecutionDate")
    requested_execution_time = MomentField(data_key="requestedExecutionTime")
