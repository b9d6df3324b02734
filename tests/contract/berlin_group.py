"""The Berlin Group's OpenAPI file as a judge of our answers.

The file is not part of this repository. It is looked for where `XS2A_BERLIN_GROUP_OPENAPI` says,
else in a folder `reference` one level down from a folder beside the checkout.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import jsonschema_rs
import orjson

REPOSITORY = Path(__file__).parents[2]
FILE = "psd2-api-1.3.12.json"
PAYMENT = "/v1/{payment-service}/{payment-product}/{paymentId}"
METHODS = ("get", "post", "put", "delete")

# Statuses that HTTP itself asks for, whatever an API's description lists.
ALWAYS_ALLOWED = frozenset({413})

# What the file says but cannot mean: 44 of its 89 own examples fail their schema. Most of them
# because alternatives overlap (`oneOf` refuses what fits twice), so `oneOf` is read as `anyOf`.
RENAMED = {"oneOf": "anyOf"}

# Message codes that the file does not list for payments, and what we decided them by.
DECIDED = {
    ("MessageCode401_PIS", "UNAUTHORIZED"): "spec 4: a pre-step without an access token",
    ("MessageCode403_PIS", "FORBIDDEN"): "P7; spec 4: an access token at the wrong time",
    ("MessageCode405_PIS", "CANCELLATION_INVALID"): "spec 6: the bank, of a cancellation's SCA",
}


def openapi_file() -> Path | None:
    """The Berlin Group's file, or None where it is not at hand; a named file must exist."""
    named = os.environ.get("XS2A_BERLIN_GROUP_OPENAPI")
    if named:
        return Path(named)
    return next(REPOSITORY.parent.glob(f"*/reference/{FILE}"), None)


def amended(node: Any) -> Any:
    """The document with the corrections of RENAMED."""
    if isinstance(node, dict):
        return {RENAMED.get(key, key): amended(value) for key, value in node.items()}
    if isinstance(node, list):
        return [amended(value) for value in node]
    return node


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP exchange, as far as the OpenAPI speaks about it. `path` is without the query."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.header("Content-Type").partition(";")[0].strip().lower()

    def header(self, name: str) -> str:
        """A header's value by its name in any case; empty when it is not there."""
        return next((v for k, v in self.headers.items() if k.lower() == name.lower()), "")


@dataclass
class BerlinGroup:
    """The judge. Validators are built when first needed, some milliseconds each."""

    document: dict[str, Any]
    validators: dict[tuple[str, str, str, str], jsonschema_rs.Draft4Validator] = field(
        default_factory=dict
    )

    @classmethod
    def load(cls, path: Path) -> "BerlinGroup":
        document = amended(orjson.loads(path.read_bytes()))
        for schema, code in DECIDED:
            document["components"]["schemas"][schema]["enum"].append(code)
        return cls(document)

    def check_response(
        self,
        method: str,
        path: str,
        *,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
    ) -> None:
        """Raise AssertionError with all findings; paths outside the OpenAPI are not judged."""
        answer = Answer(method.lower(), path.partition("?")[0], status, headers, body)
        template = self.template(answer.path)
        if template is None:
            return
        findings = header_findings(answer) + self.body_findings(template, answer)
        lines = "\n".join(f"  - {finding}" for finding in findings)
        assert not findings, f"{answer.method.upper()} {answer.path} {status}:\n{lines}\n{body!r}"

    def template(self, path: str) -> str | None:
        """The path of the OpenAPI that fits best: fixed words count more than parameters."""
        fitting = [name for name, pattern in self.patterns.items() if pattern.fullmatch(path)]
        return min(fitting, key=lambda name: name.count("{"), default=None)

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        """Each path of the OpenAPI with its parameters opened up."""
        paths = self.document["paths"]
        return {path: re.compile(re.sub(r"\{.*?\}", "[^/]+", path)) for path in paths}

    def body_findings(self, template: str, answer: Answer) -> list[str]:
        """What is wrong with status, media type and body."""
        operation = self.document["paths"][template].get(answer.method)
        if operation is None:
            return [] if answer.status == 405 else ["the standard has no such method here"]
        response = self.resolve(operation["responses"].get(str(answer.status)))
        if response is None:
            allowed = answer.status in ALWAYS_ALLOWED
            return [] if allowed else [f"status {answer.status} is not listed for {template}"]
        described = response.get("content", {})
        if answer.status == 204:
            return ["204 with a body"] if answer.body else []
        if not described:
            return []  # an error whose body the file leaves open
        if answer.media_type not in described:
            return [f"Content-Type {answer.media_type!r} is not one of {sorted(described)}"]
        if not answer.media_type.endswith("json") or self.is_own(template, answer):
            return []
        return self.schema_findings(template, answer, described[answer.media_type].get("schema"))

    def is_own(self, template: str, answer: Answer) -> bool:
        """Is it what a TPP sent in a format of the bank's own? The standard knows nothing of it."""
        standard = self.document["components"]["parameters"]["paymentProduct"]["schema"]["enum"]
        sent = template == PAYMENT and answer.status == 200
        return sent and answer.path.split("/")[3] not in standard

    def schema_findings(self, template: str, answer: Answer, schema: Any) -> list[str]:
        """Where the JSON body breaks its schema."""
        key = (template, answer.method, str(answer.status), answer.media_type)
        if key not in self.validators:
            components = self.document["components"]
            self.validators[key] = jsonschema_rs.Draft4Validator(
                {"allOf": [schema or {}], "components": components},
                formats=FORMATS,
                validate_formats=True,
            )
        try:
            instance = orjson.loads(answer.body)
        except orjson.JSONDecodeError as error:
            return [f"the body is not JSON: {error}"]
        errors = self.validators[key].iter_errors(instance)
        return [f"/{'/'.join(map(str, e.instance_path))}: {e.message[:300]}" for e in errors]

    def resolve(self, node: Any) -> Any:
        """The node itself, or what its $ref points to."""
        while node is not None and "$ref" in node:
            target: Any = self.document
            for word in node["$ref"].removeprefix("#/").split("/"):
                target = target[word]
            node = target
        return node


def is_uuid(text: str) -> bool:
    """In its 36 characters; Python's own reader forgives braces and missing dashes."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def is_absolute(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


FORMATS: dict[str, Callable[[str], bool]] = {
    "uuid": is_uuid,
    "url": is_absolute,
    "uri": bool,  # the Berlin Group allows relative links wherever its schemas say `uri`
}

# header, when it must be there, whether a value is of its form, the form in words
HEADERS: tuple[tuple[str, Callable[[Answer], bool], Callable[[str], bool], str], ...] = (
    ("X-Request-ID", lambda _: True, is_uuid, "a UUID"),
    ("Location", lambda answer: answer.status == 201, is_absolute, "an absolute URL"),
    (
        "ASPSP-SCA-Approach",
        lambda _: False,
        lambda text: text in {"EMBEDDED", "DECOUPLED", "REDIRECT"},
        "EMBEDDED, DECOUPLED or REDIRECT",
    ),
    (
        "ASPSP-Notification-Support",
        lambda _: False,
        lambda text: text in {"true", "false"},
        "true or false",
    ),
)


def header_findings(answer: Answer) -> list[str]:
    """Headers that are missing, or not of their form."""
    findings = []
    for name, required, well_formed, form in HEADERS:
        value = answer.header(name)
        if not value and required(answer):
            findings.append(f"header {name} is missing")
        elif value and not well_formed(value):
            findings.append(f"header {name}: {value!r} is not {form}")
    return findings
