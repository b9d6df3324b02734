"""Documents with the settings of a profile, and what is read from them."""

from cms.domain.profile import Profile
from cms.profile_file import format_findings, read_settings

PIS_URL = "https://bank.example/pis/{redirect-id}"
PIS_URLS = {
    "pisRedirectUrlToAspsp": PIS_URL,
    "pisPaymentCancellationRedirectUrlToAspsp": PIS_URL,
}


def settings(**sections: object) -> dict[str, object]:
    """Settings without a finding, overlaid by the given entries of each section."""
    pis = {"redirectLinkToOnlineBanking": PIS_URLS}
    overlaid = dict(sections)
    given_pis = overlaid.pop("pis", {})
    assert isinstance(given_pis, dict)
    return {"pis": {**pis, **given_pis}, **overlaid}


def findings_of(document: object) -> list[tuple[str, str]]:
    return [(one.severity.value, one.path) for one in read_settings(document).findings]


def profile_of(document: object) -> Profile:
    read = read_settings(document)
    assert read.profile is not None, format_findings(read.findings)
    return read.profile
