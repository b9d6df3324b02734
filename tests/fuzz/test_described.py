"""What our OpenAPI promises, and what the Berlin Group's asks for, holds for any request."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.berlin_group import openapi_file
from tests.fuzz.described import Description
from tests.fuzz.tried import EXAMPLES, tried
from tests.tpps import TppClient

KEPT = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
at_length = pytest.mark.skipif(not EXAMPLES, reason="8,000 cases; `make fuzz` asks them all")
MODES = [
    pytest.param(GenerationMode.POSITIVE, id="as described"),
    pytest.param(GenerationMode.NEGATIVE, id="not as described"),
]


@pytest.fixture
def ours(lenient_tpp: TppClient) -> Description:
    return Description.of(lenient_tpp, lenient_tpp.world.xs2a.get("/openapi.json").json)


@pytest.fixture
def standards(lenient_tpp: TppClient) -> Description:
    path = openapi_file()
    if path is None:
        pytest.skip("the Berlin Group's OpenAPI is not at hand; set XS2A_BERLIN_GROUP_OPENAPI")
    return Description.of(lenient_tpp, orjson.loads(path.read_bytes()))


@pytest.mark.parametrize("mode", MODES)
def test_our_own_description(ours: Description, mode: GenerationMode) -> None:
    @tried(50)
    @given(case=ours.cases(mode))
    def is_kept(case: Any) -> None:
        body = case.meta.components.get(ParameterLocation.BODY)
        outside = body is not None and body.mode is GenerationMode.NEGATIVE
        refused = [negative_data_rejection] if outside else []  # a blank header is no header (12.1)
        case.validate_response(ours.asked(case), checks=[*KEPT, *refused])

    is_kept()


@at_length
def test_the_edges_of_our_own_description(ours: Description) -> None:
    for case in ours.edges():
        case.validate_response(ours.asked(case), checks=KEPT)


@at_length
def test_the_edges_of_the_standards_description(standards: Description) -> None:
    for case in standards.edges():
        standards.asked(case)


@pytest.mark.parametrize("mode", MODES)
def test_the_standards_description(standards: Description, mode: GenerationMode) -> None:
    @tried(50)
    @given(case=standards.cases(mode))
    def is_kept(case: Any) -> None:
        standards.asked(case)

    is_kept()
