"""Reads the JSON body of a start or an update: bytes in, what the PSU sends or findings out."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from marshmallow import Schema

from xs2a.bodies.faults import finding, with_paths
from xs2a.bodies.fields import load
from xs2a.bodies.json_text import JsonRefused, read_json_object
from xs2a.errors import EncryptionUnsupported, Finding, RequestFaulty
from xs2a.flows.evidence import PsuUpdate
from xs2a.http.encrypted import PasswordKeys
from xs2a.http.schemas.psu_data import StartSchema, UpdateSchema
from xs2a.spec.messages import Message

START: Final = StartSchema()
UPDATE: Final = UpdateSchema()


def read_update(
    body: bytes, schema: Schema, keys: PasswordKeys, *, headers: tuple[Finding, ...] = ()
) -> PsuUpdate:
    """What the body brings; nothing, where there is none.

    Raises RequestFaulty with the findings of `headers` and body (E5), EncryptionUnsupported.
    """
    sent, unreadable = _object(body)
    loaded, collected = load(schema, sent)
    faults = tuple(finding(path, fault) for path, fault in with_paths(collected))
    psu_data = loaded.get("psu_data")
    ruled = () if psu_data is None else tuple(_password_findings(psu_data))
    findings = (*headers, *unreadable, *faults, *ruled)
    if findings:
        raise RequestFaulty(findings)
    return PsuUpdate(
        password=_password(psu_data or {}, "password", keys),
        additional_password=_password(psu_data or {}, "additionalPassword", keys),
        method_id=loaded.get("authentication_method_id"),
        sca_code=loaded.get("sca_authentication_data"),
        confirmation_code=loaded.get("confirmation_code"),
    )


def _object(body: bytes) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    if not body:
        return {}, ()
    try:
        return read_json_object(body), ()
    except JsonRefused as refused:
        return {}, (refused.finding,)


# The passwords of `psuData`: in clear -> encrypted. Member of the schema -> wire name.
_FORMS: Final = {
    "password": ("password", "encrypted_password", "encryptedPassword"),
    "additionalPassword": (
        "additional_password",
        "additional_encrypted_password",
        "additionalEncryptedPassword",
    ),
}


def _password_findings(psu_data: Mapping[str, Any]) -> Iterator[Finding]:
    """A password comes in one form, and an additional one only beside the first."""
    if not psu_data:
        yield _format("psuData", "names no password")
    for name, (clear, encrypted, wire) in _FORMS.items():
        if clear in psu_data and encrypted in psu_data:
            yield _format(f"psuData.{wire}", f"must not come together with '{name}'")
    if psu_data and not {"password", "encrypted_password"} & psu_data.keys():
        yield _format("psuData", "has an additional password without a first one")


def _password(psu_data: Mapping[str, Any], name: str, keys: PasswordKeys) -> str | None:
    clear, encrypted, wire = _FORMS[name]
    if encrypted not in psu_data:
        password: str | None = psu_data.get(clear)
        return password
    try:
        return keys.decrypt(psu_data[encrypted])
    except EncryptionUnsupported as error:
        raise EncryptionUnsupported(path=f"psuData.{wire}") from error


def _format(path: str, text: str) -> Finding:
    return Finding(Message.FORMAT_ERROR, f"'{path}' {text}.", path)
