"""An OpenAPI document as a source of requests: schemathesis makes them, the app answers them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import core, currently_in_test_context, note
from hypothesis import strategies as st
from hypothesis.internal.conjecture import engine
from hypothesis.strategies._internal import collections
from hypothesis.vendor.pretty import RepresentationPrinter
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.generation.hypothesis import setup

from tests.contract.berlin_group import METHODS, BerlinGroup, is_uuid
from tests.fuzz.payment_bodies import JSON_PRODUCT, OWN_PRODUCT, XML_PRODUCT
from tests.houses import PROXY
from tests.http.xs2a.sending import CANCELLATIONS, NOWHERE_ID, cancel, path_of, push, start
from tests.tpps import PSU_ID, TppClient
from xs2a.wiring import xs2a_face

SERVICES = ("payments", "bulk-payments", "periodic-payments")
PRODUCTS = (JSON_PRODUCT, XML_PRODUCT, OWN_PRODUCT)
NAMED = {"PSU-ID": PSU_ID}
PROPER = {"X-Request-ID": NOWHERE_ID, "PSU-IP-Address": "192.0.2.7", **NAMED}

# Schemathesis changes Hypothesis for the whole process when it makes its first case: examples grow
# to megabytes, and a failing one is no longer shown. The other tests shall not depend on that.
with pytest.MonkeyPatch.context() as kept:
    for module in (core, engine, collections):
        kept.setattr(module, "BUFFER_SIZE", module.BUFFER_SIZE)
    kept.setattr(core, "RepresentationPrinter", RepresentationPrinter)
    setup()

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]


def behind_the_proxy(app: Wsgi) -> Wsgi:
    """The app as it sees requests in production."""

    def answer(environ: Environ, start_response: Any) -> Iterable[bytes]:
        return app(environ | {"REMOTE_ADDR": PROXY}, start_response)

    return answer


@dataclass
class Description:
    """The operations on payments that a document describes, asked of a house's XS2A face."""

    tpp: TppClient
    operations: list[Any] = field(repr=False)

    @classmethod
    def of(cls, tpp: TppClient, document: dict[str, Any]) -> "Description":
        at_the_root = document | {"servers": [{"url": "/"}]}
        schema = schemathesis.openapi.from_dict(at_the_root)
        schema.app = behind_the_proxy(xs2a_face(tpp.world.house))
        payments = schema.include(path_regex=r"^/v1/\{payment.service\}/")
        operations = [each for each in payments.get_all_operations() if isinstance(each, Ok)]
        return cls(tpp, [each.ok() for each in operations])

    def cases(self, mode: GenerationMode) -> st.SearchStrategy[Any]:
        """Requests to all operations. Most lead somewhere: names and ids at random end in a 404.

        A case is given new dicts, as schemathesis draws from its own again.
        """
        return st.builds(
            self.led,
            st.one_of([each.as_strategy(generation_mode=mode) for each in self.operations]),
            somewhere=st.integers(0, 4).map(bool),
            service=st.sampled_from(SERVICES),
            product=st.sampled_from(PRODUCTS),
            proper=st.booleans(),  # else a wrong header hides what comes after it
        )

    def edges(self) -> Iterator[Any]:
        """Schemathesis's own list of cases, on the edges of each parameter and member."""
        for operation in self.operations:
            schema = operation.schema
            cases = schema.iter_coverage_cases(
                operation,
                generation_modes=list(GenerationMode),
                generation_config=schema.config.generation,
            )
            for number, case in enumerate(cases):
                yield self.led(
                    case,
                    somewhere=True,
                    proper=bool(number % 2),
                    service=SERVICES[number % 3],
                    product=JSON_PRODUCT,
                )

    def led(self, case: Any, *, somewhere: bool, proper: bool, service: str, product: str) -> Any:
        """The case with the TPP's certificate and, if it shall, with names of what is there."""
        headers = dict(case.headers) | (PROPER if proper else {})
        case.headers = headers | {"TPP-QWAC-Certificate": self.tpp.certificate}
        if somewhere:
            names = re.findall(r"\{(.*?)\}", case.operation.path)
            cancelled = CANCELLATIONS in case.operation.path
            places = [service, product] if len(names) == 2 else self.existing(cancelled=cancelled)
            case.path_parameters = dict(zip(names, places, strict=False))
        return case

    def asked(self, case: Any) -> Any:
        """Send a case; the standard judges the answer, if it is at hand."""
        if currently_in_test_context():
            note(case.as_curl_command())
        answer = case.call()
        assert answer.status_code < 500, answer.text
        if self.tpp.world.judge is not None and case.method.lower() in METHODS:
            judge(self.tpp.world.judge, case, answer)
        return answer

    def existing(self, *, cancelled: bool) -> list[str]:
        """Service, product, payment and authorisation, or authorisation of its cancellation."""
        made = self.tpp.initiated(headers=NAMED)
        authorisation = made.authorisation_id
        if cancelled:
            push(self.tpp.world, made, "ACSP")
            assert cancel(self.tpp, made).status_int == 202
            started = start(self.tpp, made, headers=NAMED, below=CANCELLATIONS)
            authorisation = path_of(started).rpartition("/")[2]
        return [*made.path.split("/")[2:], authorisation]


def judge(berlin_group: BerlinGroup, case: Any, answer: Any) -> None:
    """The Berlin Group's OpenAPI on an answer. Without a usable id there is none to be echoed."""
    headers = {name: values[0] for name, values in answer.headers.items()}
    if not is_uuid(answer.request.headers.get("X-Request-ID", "")):
        headers["x-request-id"] = NOWHERE_ID
    berlin_group.check_response(
        case.method,
        case.formatted_path,
        status=answer.status_code,
        headers=headers,
        body=answer.content,
    )
