"""The profile over REST: reads for everybody on the port, writes in sandbox mode only."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cms.http.admin.profile import PREFIX, profile_blueprints
from cms.profile_file import Profiles

BANK = """\
setting:
  pis:
    redirectLinkToOnlineBanking:
      pisRedirectUrlToAspsp: https://bank.example/pis/{redirect-id}
      pisPaymentCancellationRedirectUrlToAspsp: https://bank.example/pis/c/{redirect-id}
"""
SETTINGS = f"{PREFIX}/for-debug/aspsp-settings"
APPROACHES = f"{PREFIX}/for-debug/sca-approaches"
TENANCY = f"{PREFIX}/for-debug/multitenancy/enabled"


def app_for(folder: Path, *, sandbox: bool = True, tenants: tuple[str, ...] = ()) -> Flask:
    file = folder / "bank.yml"
    file.write_text(BANK, encoding="utf-8")
    profiles = Profiles(
        file,
        dict.fromkeys(tenants, file),
        debug_file=folder / "debug.json" if sandbox else None,
    )
    app = Flask("cms")
    app.config.update(API_TITLE="CMS", API_VERSION="1", OPENAPI_VERSION="3.0.3")
    api = Api(app)
    for blueprint in profile_blueprints(profiles, sandbox):
        api.register_blueprint(blueprint)
    app.extensions["openapi"] = api.spec
    return app


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return app_for(tmp_path).test_client()


def settings_of(client: FlaskClient, **headers: str) -> dict[str, Any]:
    answer = client.get(PREFIX, headers=headers)
    assert answer.status_code == 200
    document: dict[str, Any] = answer.get_json()
    return document


def test_settings_in_wire_names_without_the_approaches(client: FlaskClient) -> None:
    document = settings_of(client)

    assert set(document) == {"ais", "pis", "piis", "sb", "common"}
    assert document["pis"]["notConfirmedPaymentExpirationTimeMs"] == 86_400_000
    assert document["pis"]["supportedPaymentTypeAndProductMatrix"] == {
        "SINGLE": ["sepa-credit-transfers", "instant-sepa-credit-transfers"]
    }
    assert document["ais"]["consentTypes"]["accountAccessFrequencyPerDay"] == 4
    assert document["common"]["scaRedirectFlow"] == "REDIRECT"
    assert document["common"]["oauthConfigurationUrl"] is None
    assert "scaApproachesSupported" not in document["common"]
    assert client.get(f"{PREFIX}/sca-approaches").get_json() == ["REDIRECT"]
    assert client.get(f"{PREFIX}/multitenancy/enabled").get_json() is False


def test_what_get_gives_put_takes(client: FlaskClient) -> None:
    document = settings_of(client)
    document["common"]["redirectUrlExpirationTimeMs"] = 1234
    answer = client.put(SETTINGS, json=document)

    assert (answer.status_code, answer.get_json()) == (200, {"warnings": []})
    assert settings_of(client) == document


def test_a_document_of_the_older_shape_is_taken(client: FlaskClient) -> None:
    document = settings_of(client)
    del document["sb"]
    document["common"]["signingBasketMaxEntries"] = 3
    document["pis"]["supportedPaymentTypeAndProductMatrix"] = {
        "payments": ["sepa-credit-transfers"]
    }
    answer = client.put(SETTINGS, json={"setting": document})

    assert (answer.status_code, answer.get_json()) == (200, {"warnings": []})
    assert settings_of(client)["sb"]["signingBasketMaxEntries"] == 3


def test_what_is_left_out_takes_its_default_if_it_has_one(client: FlaskClient) -> None:
    before = settings_of(client)
    client.put(SETTINGS, json={"common": {"redirectUrlExpirationTimeMs": 1}})
    answer = client.put(SETTINGS, json={})

    assert answer.status_code == 200
    assert settings_of(client) == before


def test_unknown_keys_are_named_and_not_refused(client: FlaskClient) -> None:
    document = settings_of(client)
    document["common"]["ibanValidationDisabeld"] = True
    document["extra"] = [1]
    answer = client.put(SETTINGS, json=document)

    assert answer.status_code == 200
    warnings = answer.get_json()["warnings"]
    assert [one["path"] for one in warnings] == ["common.ibanValidationDisabeld", "extra"]
    assert "did you mean ibanValidationDisabled?" in warnings[0]["message"]


def test_wrong_values_are_all_named_and_change_nothing(client: FlaskClient) -> None:
    before = settings_of(client)
    document = settings_of(client)
    document["common"]["redirectUrlExpirationTimeMs"] = "soon"
    document["common"]["tppSignatureRequired"] = "yes"
    document["pis"]["supportedPaymentTypeAndProductMatrix"] = {"SINGLE": [4]}
    answer = client.put(SETTINGS, json=document)

    assert answer.status_code == 400
    errors = [one["path"] for one in answer.get_json()["findings"] if one["severity"] == "error"]
    assert errors == [
        "pis.supportedPaymentTypeAndProductMatrix.SINGLE[0]",
        "common.tppSignatureRequired",
        "common.redirectUrlExpirationTimeMs",
    ]
    assert settings_of(client) == before


@pytest.mark.parametrize(
    "path, body, status",
    [
        (APPROACHES, ["embedded", " REDIRECT "], 200),
        (APPROACHES, [], 200),
        (APPROACHES, ["EMBEDDED"], 200),
        (APPROACHES, ["REDIRECT", "SIDEWAYS"], 400),
        (APPROACHES, [["REDIRECT"]], 400),
        (APPROACHES, "REDIRECT", 400),
        (APPROACHES, None, 400),
        (APPROACHES, {}, 400),
        (TENANCY, True, 200),
        (TENANCY, False, 200),
        (TENANCY, "true", 400),
        (TENANCY, 1, 400),
        (TENANCY, None, 400),
        (SETTINGS, None, 400),
        (SETTINGS, [], 400),
        (SETTINGS, "x", 400),
    ],
)
def test_debug_writes_answer_by_the_body(
    client: FlaskClient, path: str, body: object, status: int
) -> None:
    answer = client.put(path, data=orjson.dumps(body), content_type="application/json")

    assert answer.status_code == status
    assert set(answer.get_json()) == {"warnings" if status == 200 else "findings"}


def test_written_approaches_and_tenancy_are_read_back(client: FlaskClient) -> None:
    client.put(APPROACHES, json=["embedded", "redirect"])
    client.put(TENANCY, json=True)

    assert client.get(f"{PREFIX}/sca-approaches").get_json() == ["EMBEDDED", "REDIRECT"]
    assert client.get(f"{PREFIX}/multitenancy/enabled").get_json() is True


@pytest.mark.parametrize("path", [SETTINGS, APPROACHES, TENANCY])
@pytest.mark.parametrize(
    "body, content_type, status",
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b'"\\ud800"', "application/json", 400),
        (b"[" * 5000 + b"]" * 5000, "application/json", 400),
        (b'{"":' * 1000 + b"1" + b"}" * 1000, "application/json", 400),
        (b"9" * 6000, "application/json", 400),
        (b" " * 70_000, "application/json", 413),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"a=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_unreadable_bodies_are_refused_in_json(
    client: FlaskClient, path: str, body: bytes, content_type: str, status: int
) -> None:
    answer = client.put(path, data=body, content_type=content_type)

    # A deep object is a document of unknown keys for the settings, and no list or boolean.
    unknown_keys_only = path == SETTINGS and body.startswith(b'{"":')
    assert answer.status_code == (200 if unknown_keys_only else status)
    assert set(answer.get_json()) == {"warnings" if unknown_keys_only else "findings"}


@pytest.mark.parametrize("path", [SETTINGS, APPROACHES, TENANCY])
def test_debug_writes_do_not_exist_in_production(tmp_path: Path, path: str) -> None:
    client = app_for(tmp_path, sandbox=False).test_client()

    assert client.put(path, json=[]).status_code == 404
    assert client.get(PREFIX).status_code == 200


@pytest.mark.parametrize(
    "instance_id, status, code",
    [
        ("one", 200, None),
        ("ONE", 200, None),
        (" ", 400, "FORMAT_ERROR"),
        ("two", 404, "RESOURCE_UNKNOWN"),
    ],
)
@pytest.mark.parametrize("method, path", [("GET", PREFIX), ("PUT", APPROACHES)])
def test_tenants_are_told_apart(
    tmp_path: Path, method: str, path: str, instance_id: str, status: int, code: str | None
) -> None:
    client = app_for(tmp_path, tenants=("One",)).test_client()
    body = ["REDIRECT"] if method == "PUT" else None
    answer = client.open(path, method=method, json=body, headers={"Instance-ID": instance_id})

    assert answer.status_code == status
    assert answer.get_json().get("code") == code


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
_group = st.sampled_from(["ais", "pis", "piis", "sb", "common", "setting"])


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(document=_json | st.dictionaries(_group, _json))
def test_no_json_ever_makes_a_server_error(client: FlaskClient, document: object) -> None:
    answer = client.put(
        SETTINGS, data=orjson.dumps(document), content_type="application/json; charset=utf-8"
    )

    assert answer.status_code in {200, 400}
    assert set(answer.get_json()) <= {"warnings", "findings"}


def test_the_description_names_every_route_and_key(tmp_path: Path) -> None:
    described = app_for(tmp_path).extensions["openapi"].to_dict()

    assert set(described["paths"]) == {
        PREFIX,
        f"{PREFIX}/sca-approaches",
        f"{PREFIX}/multitenancy/enabled",
        SETTINGS,
        APPROACHES,
        TENANCY,
    }
    schema = described["paths"][PREFIX]["get"]["responses"]["200"]["content"]["application/json"]
    common = schema["schema"]["properties"]["common"]["properties"]
    assert common["xRequestIdReplay"]["enum"] == ["off", "replay"]
    assert "scaApproachesSupported" not in common
