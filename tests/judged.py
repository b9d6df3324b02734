"""A test client whose every answer is judged by the Berlin Group's OpenAPI."""

import warnings
from typing import Any
from urllib.parse import quote

from tests.contract.berlin_group import BerlinGroup, is_uuid

with warnings.catch_warnings():  # WebOb still imports the module `cgi`, which Python 3.13 drops
    warnings.simplefilter("ignore", DeprecationWarning)
    import webtest

__all__ = ["JudgedApp", "judged_headers", "webtest"]


class JudgedApp(webtest.TestApp):  # type: ignore[misc]  # no types are published
    """A test client of the XS2A face; the Berlin Group's OpenAPI judges every answer."""

    judge: BerlinGroup | None = None

    def do_request(self, req: Any, status: Any = None, expect_errors: Any = None) -> Any:
        answer = super().do_request(req, status="*", expect_errors=True)
        if self.judge is not None:
            self.judge.check_response(
                req.method,
                quote(req.environ["PATH_INFO"].encode("latin-1")),
                status=answer.status_int,
                headers=judged_headers(req, answer),
                body=answer.body,
            )
        return answer


def judged_headers(request: Any, answer: Any) -> dict[str, str]:
    """The answer's headers. Where the request had no usable id there is none to be echoed."""
    headers = dict(answer.headers)
    if not is_uuid(request.headers.get("X-Request-ID", "")):
        headers["X-Request-ID"] = "00000000-0000-4000-8000-000000000000"
    return headers
