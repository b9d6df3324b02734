import pytest

from sandbox.online_banking.ways_back import csp_source, safe_way_back, with_confirmation_code


@pytest.mark.parametrize(
    "uri, source",
    [
        ("https://tpp.example/ok?state=1#x", "https://tpp.example"),
        ("http://127.0.0.1:4400/tpp/ok", "http://127.0.0.1:4400"),
        ("https://user:pass@tpp.example:8443/", "https://tpp.example:8443"),
        ("https://[::1]:8443/ok", "https://[::1]:8443"),
        ("com.example.app:/back", "com.example.app:"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//tpp.example/ok", None),
        ("/ok", None),
        ("", None),
        (None, None),
        ("https://tpp.example;script-src *", None),
        ("https://tpp.example/\r\nX: y", None),
        ("https://tpp.example:port/", None),
        ("https:///ok", None),
        ("https://t\u00fcpp.example/", None),
    ],
)
def test_where_a_browser_may_be_sent(uri: str | None, source: str | None) -> None:
    assert csp_source(uri) == source
    assert safe_way_back(uri) == (uri if source else None)


@pytest.mark.parametrize(
    "uri, with_code",
    [
        ("https://tpp.example/ok", "https://tpp.example/ok?confirmationCode=a%26b"),
        (
            "https://tpp.example/ok?a=b%20c&d",
            "https://tpp.example/ok?a=b%20c&d&confirmationCode=a%26b",
        ),
        ("https://tpp.example/ok#/x?y", "https://tpp.example/ok?confirmationCode=a%26b#/x?y"),
        ("org.example:/ok?s=1#f", "org.example:/ok?s=1&confirmationCode=a%26b#f"),
    ],
)
def test_the_code_is_added_and_nothing_else_changes(uri: str, with_code: str) -> None:
    assert with_confirmation_code(uri, "a&b") == with_code
