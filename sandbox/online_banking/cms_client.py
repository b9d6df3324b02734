"""The CMS over HTTP, with the bank's token: psu-api for payments, and a look at the profile."""

import logging
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import requests

from sandbox.core.purposes import Purpose
from sandbox.online_banking.cms_port import (
    DONE,
    AccessToGrant,
    AuthorisationAtCms,
    CmsRefused,
    CmsUnavailable,
    LinkExpired,
    LinkUnknown,
    PaymentToApprove,
    ScaNews,
)
from sandbox.online_banking.order_reading import OrderUnreadable, read_order

TIMEOUT_S = (3.05, 10.0)  # to connect, to wait for the answer
_PAYMENT = ("psu-api", "v1", "payment")
_ACCESS = ("psu-api", "v1", "oauth", "access-requests")
_KIND = {Purpose.PAY: "PIS_CREATION", Purpose.CANCEL: "PIS_CANCELLATION"}
_CONFIRMATION = "authorisationConfirmationRequestMandated"
_LINK = {Purpose.PAY: ("redirect",), Purpose.CANCEL: ("cancellation", "redirect")}

T = TypeVar("T", dict[str, Any], list[Any])

log = logging.getLogger(__name__)


class HttpCmsClient:
    """Speaks to one CMS for one tenant; may be shared by threads.

    `base_url` is without a path, `token` is the bearer token of the CMS's bank-facing side,
    `timeout_s` are the seconds to connect and to wait.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None,
        *,
        instance_id: str | None = None,
        timeout_s: tuple[float, float] = TIMEOUT_S,
    ) -> None:
        self._root = base_url.rstrip("/")
        self._headers = {"Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        if instance_id:
            self._headers["instance-id"] = instance_id
        self._timeout_s = timeout_s

    def payment_by_link(self, redirect_id: str, purpose: Purpose) -> PaymentToApprove:
        """`GET redirect/{redirect-id}`, or `GET cancellation/redirect/{redirect-id}`."""
        answer = self._call("GET", *_PAYMENT, *_LINK[purpose], redirect_id)
        if answer.status_code in {400, 404}:
            raise LinkUnknown
        return _payment_from(_json_of(_expect_ok(answer), dict), purpose)

    def authorisation(self, authorisation_id: str) -> AuthorisationAtCms:
        """`GET authorisation/{authorisation-id}`."""
        answer = self._call("GET", *_PAYMENT, "authorisation", authorisation_id)
        if answer.status_code in {400, 404}:
            raise LinkUnknown
        body = _json_of(_expect_ok(answer), dict)
        status = body.get("scaStatus")
        if not isinstance(status, str):
            raise CmsUnavailable("the answer tells no scaStatus")
        return AuthorisationAtCms(
            status, body.get("tppOkRedirectUri"), body.get("tppNokRedirectUri")
        )

    def authorised_by(self, payment_id: str, purpose: Purpose) -> frozenset[str]:
        """`GET {payment-id}/authorisation/psus`."""
        answer = self._call("GET", *_PAYMENT, payment_id, "authorisation", "psus")
        rows = _json_of(_expect_ok(answer), list)
        done = [row for row in rows if isinstance(row, dict) and row.get("type") == _KIND[purpose]]
        return frozenset(str(row.get("psuId")) for row in done if row.get("scaStatus") in DONE)

    def set_psu(self, authorisation_id: str, psu_id: str) -> None:
        """`PUT authorisation/{authorisation-id}/psu-data`."""
        path = (*_PAYMENT, "authorisation", authorisation_id, "psu-data")
        _expect_ok(self._call("PUT", *path, body={"psuId": psu_id}))

    def set_sca_status(self, payment_id: str, authorisation_id: str, *, news: ScaNews) -> None:
        """`PUT {payment-id}/authorisation/{authorisation-id}/status/{status}`."""
        path = (*_PAYMENT, payment_id, "authorisation", authorisation_id, "status", news.status)
        code = news.confirmation_code
        # Header values are latin-1 on the wire; a PSU-ID outside of it is nobody's here.
        psu_header = news.psu_id.encode("ascii", "replace").decode("ascii")
        body = None if code is None else {"authenticationData": code}
        _expect_ok(self._call("PUT", *path, body=body, headers={"psu-id": psu_header}))

    def set_payment_status(self, payment_id: str, status: str) -> None:
        """`PUT {payment-id}/status/{status}`."""
        _expect_ok(self._call("PUT", *_PAYMENT, payment_id, "status", status))

    def confirmation_mandated(self) -> bool:
        """`GET /api/v1/aspsp-profile`: the key `authorisationConfirmationRequestMandated`."""
        answer = _expect_ok(self._call("GET", "api", "v1", "aspsp-profile"))
        common = _json_of(answer, dict).get("common")
        mandated = common.get(_CONFIRMATION) if isinstance(common, dict) else None
        if not isinstance(mandated, bool):
            raise CmsUnavailable("the profile does not tell about confirmation codes")
        return mandated

    def access_asked(self, request_id: str) -> AccessToGrant:
        """`GET oauth/access-requests/{request-id}`."""
        answer = self._call("GET", *_ACCESS, request_id)
        if answer.status_code in {400, 404}:
            raise LinkUnknown
        body = _json_of(_expect_ok(answer), dict)
        return AccessToGrant(
            request_id, _name_of(body.get("tppInfo") or {}), _text_of(body, "redirectUri")
        )

    def grant_access(self, request_id: str, psu_id: str) -> str:
        """`PUT oauth/access-requests/{request-id}/granted`."""
        answer = self._call("PUT", *_ACCESS, request_id, "granted", body={"psuId": psu_id})
        return _text_of(_json_of(_expect_ok(answer), dict), "redirectUri")

    def decline_access(self, request_id: str) -> str:
        """`PUT oauth/access-requests/{request-id}/declined`."""
        answer = self._call("PUT", *_ACCESS, request_id, "declined")
        return _text_of(_json_of(_expect_ok(answer), dict), "redirectUri")

    def _call(
        self,
        method: str,
        *path: str,
        body: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        url = "/".join([self._root, *(quote(part, safe="") for part in path)])
        try:
            with requests.Session() as session:
                # No proxy and no .netrc of the environment: the CMS is a neighbour.
                session.trust_env = False
                return session.request(
                    method,
                    url,
                    json=body,
                    headers={**self._headers, **(headers or {})},
                    timeout=self._timeout_s,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            log.warning("the CMS did not answer: %s", type(error).__name__)
            raise CmsUnavailable(type(error).__name__) from None


def _expect_ok(answer: requests.Response) -> requests.Response:
    if answer.status_code == 408:
        raise LinkExpired(_json_of(answer, dict).get("tppNokRedirectUri"))
    if answer.status_code in {400, 404, 409}:
        raise CmsRefused(f"the CMS answered {answer.status_code}")
    if answer.status_code not in {200, 204}:
        log.warning("the CMS answered %s", answer.status_code)
        raise CmsUnavailable(f"the CMS answered {answer.status_code}")
    return answer


def _json_of(answer: requests.Response, kind: type[T]) -> T:
    try:
        parsed = answer.json()
    except requests.JSONDecodeError:
        raise CmsUnavailable("the answer is not JSON") from None
    if not isinstance(parsed, kind):
        raise CmsUnavailable(f"the answer is not a JSON {kind.__name__}")
    return parsed


def _text_of(body: Mapping[str, Any], member: str) -> str:
    value = body.get(member)
    if not isinstance(value, str):
        raise CmsUnavailable(f"the answer tells no {member}")
    return value


def _name_of(tpp: Mapping[str, Any]) -> str:
    return str(tpp.get("tppName") or tpp.get("authorisationNumber") or "a third party")


def _payment_from(body: Mapping[str, Any], purpose: Purpose) -> PaymentToApprove:
    try:
        return _read_payment(body, purpose)
    except (KeyError, TypeError, ValueError, AttributeError, OrderUnreadable) as error:
        log.warning("the CMS's payment cannot be read: %s", type(error).__name__)
        raise CmsUnavailable("the payment cannot be read") from None


def _read_payment(body: Mapping[str, Any], purpose: Purpose) -> PaymentToApprove:
    payment = body["payment"]
    tpp = payment.get("tppInfo") or {}
    psus = payment.get("psuIdDatas") or []
    return PaymentToApprove(
        authorisation_id=body["authorisationId"],
        order=read_order(payment),
        transaction_status=payment["transactionStatus"],
        tpp_name=_name_of(tpp),
        psu_ids=tuple(psu["psuId"] for psu in psus if psu.get("psuId")),
        ok_uri=body.get("tppOkRedirectUri"),
        nok_uri=body.get("tppNokRedirectUri"),
        purpose=purpose,
    )
