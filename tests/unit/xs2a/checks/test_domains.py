"""Which URIs lie in the domains of a certificate (spec 2.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xs2a.checks.domains import lies_in, registered_domain

DOMAINS = ("pay.example", "*.pay.co.uk", "xn--bcher-kva.example", "shop.github.io")


@pytest.mark.parametrize(
    "uri, lies",
    [
        ("https://pay.example/ok", True),
        ("http://pay.example", True),
        ("HTTPS://PAY.EXAMPLE:8443/ok?a=b#c", True),
        ("https://www.pay.example/", True),
        ("https://a.b.pay.example./", True),
        ("https://somebody:secret@pay.example/", True),
        ("https://pay.co.uk/", True),
        ("https://deep.down.pay.co.uk/", True),
        ("https://xn--bcher-kva.example/", True),
        ("https://shop.github.io/", True),
        ("https://other.example/", False),
        ("https://example/", False),
        ("https://notpay.example/", False),
        ("https://pay.example.evil.org/", False),
        ("https://pay.example@evil.org/", False),
        ("https://evil.org/pay.example", False),
        ("https://evil.org?pay.example", False),
        ("https://evil.org#pay.example", False),
        ("https://other.co.uk/", False),
        ("https://co.uk/", False),
        ("https://other.github.io/", False),
        ("https://github.io/", False),
        ("https://pay%2eexample/", False),
        ("https://evil.org%2f.pay.example/", False),
        ("https://pay\uff0eexample/", False),
        ("https://b\u00fccher.example/", False),
        ("https://localhost/", False),
        ("https://127.0.0.1/", False),
        ("https://2130706433/", False),
        ("https://0x7f.1/", False),
        ("https://[::1]/", False),
        ("https://[::1/", False),
        ("pay.app://pay.example/ok", False),
        ("urn:pay.example", False),
        ("https:pay.example", False),
        ("https:///pay.example", False),
        ("", False),
    ],
)
def test_where_a_uri_lies(uri: str, lies: bool) -> None:
    assert lies_in(uri, DOMAINS) is lies


@pytest.mark.parametrize("domain", ["co.uk", "*.co.uk", "*.example", "example", "localhost"])
def test_a_certificate_for_a_public_suffix_covers_nothing(domain: str) -> None:
    assert not lies_in("https://pay.co.uk/", (domain,))
    assert not lies_in("https://pay.example/", (domain,))
    assert not lies_in("https://localhost/", (domain,))


@pytest.mark.parametrize(
    "host, registered",
    [
        ("www.pay.co.uk", "pay.co.uk"),
        ("a.b.c.kobe.jp", "b.c.kobe.jp"),  # *.kobe.jp, by the public suffix list's own example
        ("www.city.kobe.jp", "city.kobe.jp"),
        ("xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),  # a suffix in Chinese
        ("a" * 64 + ".example", None),
        ("a." * 130 + "example", None),
    ],
)
def test_what_was_registered(host: str, registered: str | None) -> None:
    assert registered_domain(host) == registered


@given(uri=st.text() | st.text().map(lambda text: f"https://{text}"))
def test_any_text_lies_somewhere_or_nowhere(uri: str) -> None:
    lies_in(uri, DOMAINS)
