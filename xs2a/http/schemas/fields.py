"""Fields of the standard's bodies. Each tells its faults as `Fault`s, so that all faults of a
body can be listed with their paths, in order."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from marshmallow import ValidationError, fields

from xs2a.checks import values
from xs2a.http.schemas.faults import Fault
from xs2a.http.schemas.loading import MISSING, load


EMPTY: Final = Fault("must not be empty")
NO_TEXT: Final = Fault("must be a text")
NO_OBJECT: Final = Fault("must be an object")
NO_LIST: Final = Fault("must be a list")


def wrong(fault: Fault) -> ValidationError:
    """The fault, as marshmallow collects it."""
    return ValidationError([fault])  # type: ignore[list-item]


def _messages(**faults: Fault) -> dict[str, Any]:
    return {key: [fault] for key, fault in faults.items()}


class TextField(fields.String):
    """A text of at most `max_length` characters, without control characters."""

    default_error_messages = _messages(required=MISSING, null=MISSING, invalid=NO_TEXT)

    def __init__(self, max_length: int | None = None, **kwargs: Any) -> None:
        self.max_length = max_length
        if max_length is not None:
            kwargs.setdefault("metadata", {"maxLength": max_length})
        super().__init__(**kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str):
            raise wrong(NO_TEXT)
        if self.required and not value.strip():
            raise wrong(EMPTY)
        if self.max_length is not None and len(value) > self.max_length:
            raise wrong(Fault(f"is longer than {self.max_length} characters"))
        if values.has_control_characters(value):
            raise wrong(Fault("must not contain control characters"))
        self._check(value)
        return value

    def _check(self, value: str) -> None:
        """Whatever more a kind of text must fulfil; raises the fault."""


class IbanField(TextField):
    """An IBAN by its pattern; check digits are judged later, as the profile may switch it off."""

    def _check(self, value: str) -> None:
        if not values.IBAN_PATTERN.fullmatch(value):
            raise wrong(Fault("is not a valid IBAN"))


class BbanField(TextField):
    """A basic bank account number."""

    def _check(self, value: str) -> None:
        if not values.is_bban(value):
            raise wrong(Fault("is not a valid BBAN"))


class BicField(TextField):
    """A BIC by the pattern of the standard (P10)."""

    def _check(self, value: str) -> None:
        if not values.BIC_PATTERN.fullmatch(value):
            raise wrong(Fault("is not a valid BIC"))


class CurrencyField(TextField):
    """A currency of ISO 4217; a wrong one is told early, wherever it stands."""

    def _check(self, value: str) -> None:
        if not values.is_currency(value):
            raise wrong(Fault("is not a currency code of ISO 4217", early=True))


class ChoiceField(TextField):
    """One of a list of codes; a wrong one is told early."""

    def __init__(self, choices: frozenset[str], name: str, **kwargs: Any) -> None:
        self.choices = choices
        self.name_of_list = name
        super().__init__(**kwargs)

    def _check(self, value: str) -> None:
        if value not in self.choices:
            raise wrong(Fault(f"is not a code of {self.name_of_list}", early=True))


class CountryField(TextField):
    """A country of ISO 3166-1, two letters."""

    def _check(self, value: str) -> None:
        if not values.is_country(value):
            raise wrong(Fault("is not a country code of ISO 3166-1"))


class AmountValueField(TextField):
    """The number of an amount, as a Decimal greater than zero (P9)."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not values.AMOUNT_PATTERN.fullmatch(text):
            raise wrong(Fault("is not an amount"))
        amount = Decimal(text)
        if amount <= 0:
            raise wrong(Fault("must be greater than zero"))
        return amount


class DayField(TextField):
    """A day, `YYYY-MM-DD`; a wrong form is told early."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        day = values.iso_date(text)
        if day is None:
            raise wrong(Fault("must be a day in the form YYYY-MM-DD", early=True))
        return day


class ObjectField(fields.Nested):
    """A nested object of a body."""

    default_error_messages = _messages(required=MISSING, null=MISSING)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise wrong(NO_OBJECT)
        loaded, errors = load(self.schema, value)
        if errors:
            raise ValidationError(errors)  # type: ignore[arg-type]
        return loaded


class ListField(fields.List):
    """A list of members of one kind."""

    default_error_messages = _messages(required=MISSING, null=MISSING, invalid=NO_LIST)
