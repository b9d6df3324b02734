"""The ASPSP profile over REST: `/api/v1/aspsp-profile`, and in the sandbox its debug writes."""

from collections.abc import Mapping
from typing import Final

import orjson
from flask import Response, jsonify, request
from flask_smorest import Blueprint

from cms.domain.profile import (
    BlankTenant,
    Finding,
    ProfileInvalid,
    ScaApproach,
    Severity,
    UnknownTenant,
)
from cms.profile_file import Profiles, settings_document
from cms.profile_file.schema import JsonSchema, settings_schema

PREFIX: Final = "/api/v1/aspsp-profile"

# A profile with every key set takes 4 kB.
_LARGEST_BODY: Final = 64 * 1024

_INSTANCE_ID: Final = {
    "in": "header",
    "name": "Instance-ID",
    "schema": {"type": "string"},
    "description": "The tenant; absent for the default profile.",
}
_APPROACHES: Final[JsonSchema] = {
    "type": "array",
    "items": {"type": "string", "enum": [approach.value for approach in ScaApproach]},
}
_ENABLED: Final[JsonSchema] = {"type": "boolean"}
# The approaches have an address of their own and are no part of the settings (clause 3.7).
_SETTINGS: Final = settings_schema(without=("common.scaApproachesSupported",))
_FINDING: Final[JsonSchema] = {
    "type": "object",
    "properties": {
        "severity": {"type": "string", "enum": [severity.value for severity in Severity]},
        "path": {"type": "string"},
        "message": {"type": "string"},
    },
}
_WARNINGS: Final[JsonSchema] = {
    "type": "object",
    "properties": {"warnings": {"type": "array", "items": _FINDING}},
}
_FINDINGS: Final[JsonSchema] = {
    "type": "object",
    "properties": {"findings": {"type": "array", "items": _FINDING}},
}


class BodyRefused(Exception):
    """The body is not readable as JSON at all; `status` is 400, 413 or 415."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message
        super().__init__(message)


def profile_blueprints(profiles: Profiles, sandbox: bool) -> list[Blueprint]:
    """The routes to mount: the reads, and in sandbox mode the debug writes (F3)."""
    blueprints = [_reads(profiles)]
    if sandbox:
        blueprints.append(_debug_writes(profiles))
    for blueprint in blueprints:
        blueprint.register_error_handler(BlankTenant, _blank_tenant)
        blueprint.register_error_handler(UnknownTenant, _unknown_tenant)
        blueprint.register_error_handler(ProfileInvalid, _invalid)
        blueprint.register_error_handler(BodyRefused, _refused)
    return blueprints


def _reads(profiles: Profiles) -> Blueprint:
    blueprint = Blueprint(
        "aspsp_profile", __name__, url_prefix=PREFIX, description="What this bank offers."
    )

    @blueprint.route("", methods=["GET"])
    @blueprint.doc(parameters=[_INSTANCE_ID])
    @blueprint.response(200, _SETTINGS)
    def read_settings() -> Response:
        """All settings in force, save the SCA approaches."""
        document = settings_document(profiles.for_tenant(_instance_id()))
        common = document["common"]
        if isinstance(common, dict):
            del common["scaApproachesSupported"]
        return jsonify(document)

    @blueprint.route("/sca-approaches", methods=["GET"])
    @blueprint.doc(parameters=[_INSTANCE_ID])
    @blueprint.response(200, _APPROACHES)
    def read_sca_approaches() -> Response:
        """The SCA approaches, the bank's preferred one first."""
        profile = profiles.for_tenant(_instance_id())
        return jsonify([one.value for one in profile.common.sca_approaches_supported])

    @blueprint.route("/multitenancy/enabled", methods=["GET"])
    @blueprint.response(200, _ENABLED)
    def read_multitenancy() -> Response:
        """Are several tenants told apart by `Instance-ID`?"""
        return jsonify(profiles.multitenancy_enabled())

    return blueprint


def _debug_writes(profiles: Profiles) -> Blueprint:
    blueprint = Blueprint(
        "aspsp_profile_debug",
        __name__,
        url_prefix=f"{PREFIX}/for-debug",
        description="Changes to the profile while the sandbox runs.",
    )

    @blueprint.route("/aspsp-settings", methods=["PUT"])
    @blueprint.doc(parameters=[_INSTANCE_ID], requestBody=_body(_SETTINGS))
    @blueprint.alt_response(400, schema=_FINDINGS)
    @blueprint.response(200, _WARNINGS)
    def write_settings() -> Response:
        """Replace all settings; what is left out takes its default, if it has one."""
        return _warnings(profiles.override_settings(_instance_id(), _json_body()))

    @blueprint.route("/sca-approaches", methods=["PUT"])
    @blueprint.doc(parameters=[_INSTANCE_ID], requestBody=_body(_APPROACHES))
    @blueprint.alt_response(400, schema=_FINDINGS)
    @blueprint.response(200, _WARNINGS)
    def write_sca_approaches() -> Response:
        """Replace the SCA approaches, the preferred one first."""
        return _warnings(profiles.override_sca_approaches(_instance_id(), _json_body()))

    @blueprint.route("/multitenancy/enabled", methods=["PUT"])
    @blueprint.doc(requestBody=_body(_ENABLED))
    @blueprint.alt_response(400, schema=_FINDINGS)
    @blueprint.response(200, _WARNINGS)
    def write_multitenancy() -> Response:
        """Tell several tenants apart, or stop doing so."""
        enabled = _json_body()
        if not isinstance(enabled, bool):
            raise BodyRefused(400, "must be true or false")
        profiles.override_multitenancy(enabled)
        return _warnings(())

    return blueprint


def _body(schema: JsonSchema) -> JsonSchema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _instance_id() -> str | None:
    return request.headers.get("Instance-ID")


def _json_body() -> object:
    """The request's JSON, whatever its type; raises BodyRefused."""
    if not request.is_json:
        raise BodyRefused(415, "the Content-Type must be application/json")
    if (request.content_length or 0) > _LARGEST_BODY:
        raise BodyRefused(413, f"the body must not be longer than {_LARGEST_BODY} bytes")
    body = request.get_data(cache=False)
    if len(body) > _LARGEST_BODY:
        raise BodyRefused(413, f"the body must not be longer than {_LARGEST_BODY} bytes")
    try:
        parsed: object = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise BodyRefused(400, f"the body is not JSON: {problem}") from problem
    return parsed


def _shown(finding: Finding) -> Mapping[str, str]:
    return {
        "severity": finding.severity.value,
        "path": finding.path,
        "message": finding.message,
    }


def _warnings(findings: tuple[Finding, ...]) -> Response:
    return jsonify(warnings=[_shown(finding) for finding in findings])


def _invalid(refusal: Exception) -> tuple[Response, int]:
    findings = refusal.findings if isinstance(refusal, ProfileInvalid) else ()
    return jsonify(findings=[_shown(finding) for finding in findings]), 400


def _refused(refusal: Exception) -> tuple[Response, int]:
    status = refusal.status if isinstance(refusal, BodyRefused) else 400
    finding = Finding(Severity.ERROR, "", None, str(refusal))
    return jsonify(findings=[_shown(finding)]), status


def _blank_tenant(refusal: Exception) -> tuple[Response, int]:
    return jsonify(category="ERROR", code="FORMAT_ERROR", text=str(refusal)), 400


def _unknown_tenant(refusal: Exception) -> tuple[Response, int]:
    return jsonify(category="ERROR", code="RESOURCE_UNKNOWN", text=str(refusal)), 404
