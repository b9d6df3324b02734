"""The proxies' files in `deploy/`: what only a look at them can show. The others really run, in
`tests/proxies`.
"""

from typing import Any

import pytest
import yaml

from tests.documents_code import ROOT
from xs2a.tpp.identity import CERTIFICATE_HEADERS, CHAIN_HEADER, ROLES_HEADER

OURS = {*CERTIFICATE_HEADERS, CHAIN_HEADER, ROLES_HEADER}


@pytest.fixture(scope="module")
def manager() -> dict[str, Any]:
    """Envoy's filter that deals with HTTP."""
    read = yaml.safe_load((ROOT / "deploy" / "envoy.yaml").read_text())
    (listener,) = read["static_resources"]["listeners"]
    (chain,) = listener["filter_chains"]
    (found,) = chain["filters"]
    config: dict[str, Any] = found["typed_config"]
    return config


def test_envoy_lets_none_of_our_headers_in(manager: dict[str, Any]) -> None:
    routes = manager["route_config"]
    assert {name.lower() for name in routes["request_headers_to_remove"]} == OURS
    underscores = manager["common_http_protocol_options"]["headers_with_underscores_action"]
    assert underscores == "DROP_HEADER"


def test_envoy_sets_the_certificate_itself(manager: dict[str, Any]) -> None:
    (added,) = manager["route_config"]["request_headers_to_add"]
    assert added["header"] == {"key": "TPP-QWAC-Certificate", "value": "%DOWNSTREAM_PEER_CERT%"}
    assert added["append_action"] == "OVERWRITE_IF_EXISTS_OR_ADD"
    assert added["keep_empty_value"] is False
