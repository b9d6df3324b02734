"""Reads what the online banking sends: a JSON object of texts."""

from typing import Any, Final

import orjson
from flask import request

from cms.domain.errors import Malformed
from cms.domain.parties import PsuId

_MAX_LENGTH: Final = 255
_PSU_MEMBERS: Final = frozenset({"psuId", "psuIdType", "psuCorporateId", "psuCorporateIdType"})
_PSU_DEVICE: Final = frozenset({"psuIpAddress", "additionalPsuIdData"})  # nothing rests on it


def sent_psu() -> PsuId:
    """The PSU in the body, as the headers of later calls will name it. Raises Malformed."""
    sent = sent_object(_PSU_MEMBERS, ignored=_PSU_DEVICE)
    named = {name: _as_in_header(name, sent.get(name)) for name in _PSU_MEMBERS}
    return PsuId(
        psu_id=named["psuId"],
        psu_id_type=named["psuIdType"],
        psu_corporate_id=named["psuCorporateId"],
        psu_corporate_id_type=named["psuCorporateIdType"],
    )


def _as_in_header(name: str, value: str | None) -> str | None:
    """Without blanks around it; a blank one says nothing, as it cannot be sent as a header."""
    if value is not None and not value.isascii():
        text = (
            "Must be ASCII: it is to be sent as a header from now on, which carries nothing else."
        )
        raise Malformed(text, path=name)
    return (value or "").strip() or None


def sent_object(members: frozenset[str], ignored: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The JSON object of the request, of texts under the given names. Raises Malformed."""
    try:
        sent = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise Malformed("The body is not JSON.") from error
    if not isinstance(sent, dict):
        raise Malformed("The body is not a JSON object.")
    for name, value in sent.items():
        if name in ignored:
            continue
        if name not in members:
            raise Malformed("The body has an unknown member.", path=name[:_MAX_LENGTH])
        if value is not None and not (isinstance(value, str) and len(value) <= _MAX_LENGTH):
            raise Malformed(f"Must be a text of at most {_MAX_LENGTH} characters.", path=name)
        if isinstance(value, str) and not value.isprintable():
            raise Malformed("Must not contain control characters.", path=name)
    return sent
