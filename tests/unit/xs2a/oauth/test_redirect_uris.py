"""Where a PSU's browser may be sent (RFC 6749, 3.1.2; RFC 8252, 7.3; RFC 9525, 6.3)."""

import pytest

from xs2a.oauth.redirect_uris import is_covered, is_safe


@pytest.mark.parametrize(
    "uri, production, sandbox",
    [
        ("https://pay.example/ok", True, True),
        ("https://pay.example:8443/ok?a=b", True, True),
        ("http://127.0.0.1:3000/ok", False, True),
        ("http://[::1]:3000/ok", False, True),
        ("http://localhost/ok", False, True),
        ("http://127.0.0.1.evil.example/ok", False, False),
        ("http://pay.example/ok", False, False),
        ("https:///ok", False, False),
        ("https://pay.example/ok#", False, False),
        ("https://user@pay.example/ok", False, False),
        ("https://pay.example\\@evil.example/", False, False),
        ("https://pay.example/ü", False, False),
        ("https://pay.example/o k", False, False),
        ("https://pay.example:99999/", False, False),
        ("example.app:/ok", False, False),
        ("javascript:alert(1)", False, False),
        ("", False, False),
    ],
)
def test_safe(uri: str, *, production: bool, sandbox: bool) -> None:
    assert is_safe(uri, loopback=False) is production
    assert is_safe(uri, loopback=True) is sandbox


@pytest.mark.parametrize(
    "uri, domains, covered",
    [
        ("https://pay.example/ok", ("pay.example",), True),
        ("https://PAY.example/ok", ("pay.example",), True),
        ("https://www.pay.example/ok", ("pay.example",), False),
        ("https://www.pay.example/ok", ("*.pay.example",), True),
        ("https://a.www.pay.example/ok", ("*.pay.example",), False),
        ("https://pay.example/ok", ("*.pay.example",), False),
        ("https://evilpay.example/ok", ("pay.example", "*.pay.example"), False),
        ("https://pay.example/ok", (), False),
    ],
)
def test_covered(uri: str, domains: tuple[str, ...], *, covered: bool) -> None:
    assert is_covered(uri, domains, loopback=False) is covered


def test_the_own_machine_is_covered_in_the_sandbox() -> None:
    assert is_covered("http://127.0.0.1:3000/", (), loopback=True)
    assert not is_covered("http://127.0.0.1:3000/", (), loopback=False)
