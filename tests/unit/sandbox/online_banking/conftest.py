import warnings

import pytest

from sandbox.core.bank import Bank
from sandbox.online_banking.app import create_online_banking
from tests.unit.sandbox.cms_world import FakeCms

with warnings.catch_warnings():
    # WebOb still imports cgi, which Python 3.11 says it will drop.
    warnings.simplefilter("ignore", DeprecationWarning)
    from webtest import TestApp


@pytest.fixture
def cms() -> FakeCms:
    return FakeCms()


@pytest.fixture
def browser(bank: Bank, cms: FakeCms) -> TestApp:
    return TestApp(create_online_banking(bank, cms, "a key for tests"))


@pytest.fixture
def another_browser(browser: TestApp) -> TestApp:
    """Of somebody else, at the same online banking."""
    return TestApp(browser.app)
