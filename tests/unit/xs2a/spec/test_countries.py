"""The profile's check of the country knows the countries that have rules."""

from cms.domain.profile import COUNTRIES_WITH_RULES
from xs2a.spec.countries import COUNTRIES


def test_the_profile_knows_the_countries_that_have_rules() -> None:
    assert set(COUNTRIES_WITH_RULES) == set(COUNTRIES)
