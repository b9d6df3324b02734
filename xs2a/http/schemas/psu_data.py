"""The JSON bodies that start and update an authorisation.

Each member may come with the others; which of them counts, the authorisation's status decides.
Members that nobody knows are ignored (spec 16.3).
"""

from typing import Any, Final

from marshmallow import EXCLUDE, Schema

from xs2a.bodies.fields import EMPTY, Faulty, ObjectField, TextField
from xs2a.checks.values import is_blank
from xs2a.http.encrypted import LONGEST_PASSWORD, LONGEST_TOKEN

LONGEST_CODE: Final = 512  # of a TAN or a confirmation code; some are signatures in base64


class FilledField(TextField):
    """A text that is not empty, wherever it is sent."""

    def read(self, sent: Any) -> Any:
        """The text as it was sent."""
        if isinstance(sent, str) and is_blank(sent):
            raise Faulty(EMPTY)
        return super().read(sent)


class PsuDataSchema(Schema):
    """`psuData`: the PSU's passwords."""

    class Meta:
        """More members may come."""

        unknown = EXCLUDE

    password = FilledField(LONGEST_PASSWORD)
    encrypted_password = FilledField(LONGEST_TOKEN, data_key="encryptedPassword")
    additional_password = FilledField(LONGEST_PASSWORD, data_key="additionalPassword")
    additional_encrypted_password = FilledField(
        LONGEST_TOKEN, data_key="additionalEncryptedPassword"
    )


class StartSchema(Schema):
    """Body of a start."""

    class Meta:
        """More members may come."""

        unknown = EXCLUDE

    psu_data = ObjectField(PsuDataSchema, data_key="psuData")
    authentication_method_id = FilledField(35, data_key="authenticationMethodId")
    sca_authentication_data = FilledField(LONGEST_CODE, data_key="scaAuthenticationData")


class UpdateSchema(StartSchema):
    """Body of an update."""

    confirmation_code = FilledField(LONGEST_CODE, data_key="confirmationCode")
