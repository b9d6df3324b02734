"""Encrypted passwords (A8): which JWEs are opened, and that all others are refused alike."""

import warnings
from base64 import urlsafe_b64encode
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from xs2a.errors import EncryptionUnsupported
from xs2a.http.encrypted import LONGEST_PASSWORD, LONGEST_TOKEN, PasswordKeys

RSA = RSAKey.generate_key(2048, auto_kid=True)
OLDER_RSA = RSAKey.generate_key(2048, auto_kid=True)
EC = ECKey.generate_key("P-256", auto_kid=True)
OKP = OKPKey.generate_key("X25519")
KEYS = PasswordKeys([key.as_dict(private=True) for key in (RSA, EC, OLDER_RSA)])


def encrypted(
    password: str | bytes, key: Key = RSA, alg: str = "RSA-OAEP-256", **header: Any
) -> str:
    protected = {"alg": alg, "enc": "A256GCM", **header}
    with warnings.catch_warnings():  # the library warns of the weak ones
        warnings.simplefilter("ignore")
        return jwe.encrypt_compact(
            protected, password, key, algorithms=[alg, protected["enc"], "DEF"]
        )


@pytest.mark.parametrize("enc", ["A256GCM", "A128GCM"])
@pytest.mark.parametrize(
    "key, alg", [(RSA, "RSA-OAEP-256"), (EC, "ECDH-ES"), (EC, "ECDH-ES+A256KW")]
)
@pytest.mark.parametrize("password", ["12345", "Grüße 🔑", "x" * LONGEST_PASSWORD])
def test_a_password_for_our_key_is_read(key: Key, alg: str, enc: str, password: str) -> None:
    assert KEYS.decrypt(encrypted(password, key, alg, enc=enc)) == password


@pytest.mark.parametrize("key", [RSA, OLDER_RSA])
def test_the_token_may_name_its_key(key: RSAKey) -> None:
    assert KEYS.decrypt(encrypted("12345", key, kid=key.kid)) == "12345"


REFUSED = {
    "RSA-OAEP with SHA-1": encrypted("12345", alg="RSA-OAEP"),
    "RSA1_5": encrypted("12345", alg="RSA1_5"),
    "key wrapping of 128 bits": encrypted("12345", EC, "ECDH-ES+A128KW"),
    "another curve": encrypted("12345", OKP, "ECDH-ES"),
    "a shared key": encrypted("12345", OctKey.generate_key(256), "dir"),
    "a shared key that wraps": encrypted("12345", OctKey.generate_key(256), "A256KW"),
    "A192GCM": encrypted("12345", enc="A192GCM"),
    "CBC": encrypted("12345", enc="A128CBC-HS256"),
    "compressed": encrypted("12345", zip="DEF"),
    "a key unheard of": encrypted("12345", kid="another"),
    "a key of another type": encrypted("12345", kid=EC.kid),
    "not the newest key, without a name": encrypted("12345", OLDER_RSA),
    "another bank's RSA key": encrypted("12345", RSAKey.generate_key(2048)),
    "another bank's EC key": encrypted("12345", ECKey.generate_key("P-256"), "ECDH-ES"),
    "no password": encrypted(""),
    "blanks": encrypted("  "),
    "control characters": encrypted("a\x00b"),
    "no UTF-8": encrypted(b"\xff\xfe"),
    "too long a password": encrypted("x" * (LONGEST_PASSWORD + 1)),
    "too long a token": encrypted("x" * LONGEST_TOKEN),
    "cut off": encrypted("12345")[:-2],
    "changed": "A" + encrypted("12345"),
    "nothing": "",
    "empty segments": "....",
    "senseless segments": "a.b.c.d.e",
    "in clear": "12345",
    "not ASCII": "Ünicode",
    "JSON": orjson.dumps({"ciphertext": "x"}).decode(),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_every_other_token_is_refused_alike(fault: str) -> None:
    with pytest.raises(EncryptionUnsupported) as refused:
        KEYS.decrypt(REFUSED[fault])
    assert refused.value.text == EncryptionUnsupported.text
    assert "12345" not in repr(refused.value)


def test_a_bank_without_a_key_reads_nothing() -> None:
    keys = PasswordKeys()

    assert not keys
    with pytest.raises(EncryptionUnsupported):
        keys.decrypt(encrypted("12345"))


def test_what_is_published_is_public() -> None:
    published = KEYS.public()["keys"]

    assert [each["kid"] for each in published] == [RSA.kid, EC.kid, OLDER_RSA.kid]
    assert [(each["kty"], each["use"], each["alg"]) for each in published] == [
        ("RSA", "enc", "RSA-OAEP-256"),
        ("EC", "enc", "ECDH-ES"),
        ("RSA", "enc", "RSA-OAEP-256"),
    ]
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & {name for key in published for name in key}


@pytest.mark.parametrize(
    "jwk",
    [
        RSA.as_dict(private=False),
        EC.as_dict(private=False),
        ECKey.generate_key("P-384").as_dict(private=True),
        OKP.as_dict(private=True),
        OctKey.generate_key(256).as_dict(private=True),
        {"kty": "RSA"},
        {"kty": "quantum"},
        {},
    ],
    ids=lambda jwk: str(jwk.get("kty")),
)
def test_a_weak_or_public_key_is_no_key_for_passwords(jwk: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="private JWK"):
        PasswordKeys([jwk])


def test_the_use_of_a_key_is_said_by_the_server() -> None:
    jwk = RSA.as_dict(private=True) | {"use": "sig", "alg": "RS256", "key_ops": ["sign"]}

    assert PasswordKeys([jwk]).decrypt(encrypted("12345")) == "12345"


HEADER_VALUES = st.none() | st.integers(-9, 9) | st.text(max_size=9) | st.lists(st.text(max_size=3))
HEADER_NAMES = st.sampled_from(["alg", "enc", "zip", "epk", "kid", "crit", "apu", "p2c", "typ"])


@given(
    header=st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=5),
    alg=st.sampled_from(["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW", "PBES2-HS256+A128KW"]),
    segments=st.lists(st.binary(max_size=40), min_size=4, max_size=4),
)
def test_hostile_tokens_are_refused_and_nothing_else(
    header: dict[str, Any], alg: str, segments: list[bytes]
) -> None:
    header = {"alg": alg, "enc": "A256GCM", **header}
    parts = [orjson.dumps(header, default=str), *segments]
    token = ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)

    with pytest.raises(EncryptionUnsupported):
        KEYS.decrypt(token)
