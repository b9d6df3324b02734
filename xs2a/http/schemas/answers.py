"""The bodies of the answers, for the OpenAPI document."""

from marshmallow import Schema, fields

from cms.domain.statuses import ScaStatus, TransactionStatus

_TRANSACTION_STATUS = {"enum": [status.value for status in TransactionStatus]}
_SCA_STATUS = {"enum": [status.value for status in ScaStatus]}


class TppMessageSchema(Schema):
    """An error of a request, or a warning beside a good answer."""

    category = fields.String(required=True, metadata={"enum": ["ERROR", "WARNING"]})
    code = fields.String(required=True)
    path = fields.String()
    text = fields.String(metadata={"maxLength": 500})


class TppMessagesSchema(Schema):
    """The standard's own error body."""

    tpp_messages = fields.List(
        fields.Nested(TppMessageSchema), required=True, data_key="tppMessages"
    )


class AdditionalErrorSchema(Schema):
    """A further error in a problem body."""

    title = fields.String()
    detail = fields.String()
    code = fields.String(required=True)


class ProblemSchema(Schema):
    """The error body of RFC 7807 with the standard's members."""

    type = fields.String(required=True)
    title = fields.String()
    detail = fields.String()
    code = fields.String(required=True)
    additional_errors = fields.List(
        fields.Nested(AdditionalErrorSchema), data_key="additionalErrors"
    )


class LinkSchema(Schema):
    """A link."""

    href = fields.String(required=True)


class AnsweredAmountSchema(Schema):
    """An amount in an answer."""

    currency = fields.String(required=True)
    amount = fields.String(required=True)


class InitiationSchema(Schema):
    """Answer to an initiation."""

    transaction_status = fields.String(
        required=True, data_key="transactionStatus", metadata=_TRANSACTION_STATUS
    )
    payment_id = fields.String(required=True, data_key="paymentId")
    sca_status = fields.String(data_key="scaStatus", metadata=_SCA_STATUS)
    links = fields.Dict(
        keys=fields.String(), values=fields.Nested(LinkSchema), required=True, data_key="_links"
    )
    transaction_fees = fields.Nested(AnsweredAmountSchema, data_key="transactionFees")
    transaction_fee_indicator = fields.Boolean(data_key="transactionFeeIndicator")
    currency_conversion_fee = fields.Nested(AnsweredAmountSchema, data_key="currencyConversionFee")
    estimated_total_amount = fields.Nested(AnsweredAmountSchema, data_key="estimatedTotalAmount")
    estimated_interbank_settlement_amount = fields.Nested(
        AnsweredAmountSchema, data_key="estimatedInterbankSettlementAmount"
    )
    psu_message = fields.String(data_key="psuMessage")
    tpp_messages = fields.List(fields.Nested(TppMessageSchema), data_key="tppMessages")


class AuthenticationObjectSchema(Schema):
    """An SCA method of the PSU."""

    authentication_type = fields.String(required=True, data_key="authenticationType")
    authentication_version = fields.String(data_key="authenticationVersion")
    authentication_method_id = fields.String(
        required=True, data_key="authenticationMethodId", metadata={"maxLength": 35}
    )
    name = fields.String()
    explanation = fields.String()


class ChallengeDataSchema(Schema):
    """What the PSU needs to make the code of the chosen method."""

    image = fields.String(metadata={"format": "byte"})
    data = fields.List(fields.String())
    image_link = fields.String(data_key="imageLink")
    otp_max_length = fields.Integer(data_key="otpMaxLength")
    otp_format = fields.String(data_key="otpFormat", metadata={"enum": ["characters", "integer"]})
    additional_information = fields.String(data_key="additionalInformation")


class UpdatedSchema(Schema):
    """An authorisation after an update."""

    sca_status = fields.String(required=True, data_key="scaStatus", metadata=_SCA_STATUS)
    sca_methods = fields.List(fields.Nested(AuthenticationObjectSchema), data_key="scaMethods")
    chosen_sca_method = fields.Nested(AuthenticationObjectSchema, data_key="chosenScaMethod")
    challenge_data = fields.Nested(ChallengeDataSchema, data_key="challengeData")
    links = fields.Dict(
        keys=fields.String(), values=fields.Nested(LinkSchema), required=True, data_key="_links"
    )
    psu_message = fields.String(data_key="psuMessage")
    tpp_messages = fields.List(fields.Nested(TppMessageSchema), data_key="tppMessages")


class StartedSchema(UpdatedSchema):
    """An authorisation that was started, and how far it has come with what was sent."""

    authorisation_id = fields.String(required=True, data_key="authorisationId")


class CancellationSchema(Schema):
    """A cancellation that the PSU has to authorise."""

    transaction_status = fields.String(
        required=True, data_key="transactionStatus", metadata=_TRANSACTION_STATUS
    )
    sca_status = fields.String(data_key="scaStatus", metadata=_SCA_STATUS)
    links = fields.Dict(
        keys=fields.String(), values=fields.Nested(LinkSchema), required=True, data_key="_links"
    )
    psu_message = fields.String(data_key="psuMessage")
    tpp_messages = fields.List(fields.Nested(TppMessageSchema), data_key="tppMessages")


class PaymentStatusSchema(Schema):
    """A payment's status."""

    transaction_status = fields.String(
        required=True, data_key="transactionStatus", metadata=_TRANSACTION_STATUS
    )
    funds_available = fields.Boolean(data_key="fundsAvailable")
    psu_message = fields.String(data_key="psuMessage")
    tpp_messages = fields.List(fields.Nested(TppMessageSchema), data_key="tppMessages")


class AuthorisationsSchema(Schema):
    """The ids of a payment's authorisations."""

    authorisation_ids = fields.List(fields.String(), required=True, data_key="authorisationIds")


class ScaStatusSchema(Schema):
    """An authorisation's status."""

    sca_status = fields.String(required=True, data_key="scaStatus", metadata=_SCA_STATUS)
    psu_message = fields.String(data_key="psuMessage")
    trusted_beneficiary_flag = fields.Boolean(data_key="trustedBeneficiaryFlag")
    tpp_messages = fields.List(fields.Nested(TppMessageSchema), data_key="tppMessages")
