"""What a bank may answer, and with which codes it may refuse."""

import pytest

from spi.answers import BankCode, BankError, Refused
from xs2a.spec.messages import Message


def test_a_refusal_names_a_reason() -> None:
    with pytest.raises(ValueError, match="at least one error"):
        Refused(())


def test_a_refusal_keeps_its_reasons_in_order() -> None:
    errors = (BankError(BankCode.PAYMENT_FAILED), BankError(BankCode.FORMAT_ERROR, "no", "amount"))
    assert Refused(errors).errors == errors


@pytest.mark.parametrize("code", BankCode)
def test_every_code_of_the_bank_is_a_message_of_the_standard(code: BankCode) -> None:
    message = Message[code.value]
    assert message.code == code.value
    assert 400 <= message.http_status < 500  # a refusal is never a failure of the server
