"""The media types of bodies and answers."""

from typing import Final

JSON: Final = "application/json"
XML: Final = "application/xml"
MULTIPART: Final = "multipart/form-data"
PROBLEM_JSON: Final = "application/problem+json"
