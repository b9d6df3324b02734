"""Bodies of the psu-api alone: the members of the specification; absent ones are left out."""

from typing import Any

from cms.domain.authorisation import Authorisation
from cms.domain.payment import RedirectUris
from cms.domain.payment_order import PaymentOrder
from cms.http.bodies import payment_body, psu_body
from cms.http.members import present
from cms.service.authorisations import Visit


def visit_body(visit: Visit, order: PaymentOrder, back: RedirectUris) -> dict[str, Any]:
    """`CmsPaymentResponse`: the payment, the authorisation and the ways back."""
    return present(
        {
            "payment": payment_body(visit.payment, order, visit.tpp),
            "authorisationId": visit.authorisation.authorisation_id,
            "tppOkRedirectUri": back.ok,
            "tppNokRedirectUri": back.nok,
        }
    )


def authorisation_body(authorisation: Authorisation, back: RedirectUris) -> dict[str, Any]:
    """`CmsPsuAuthorisation`."""
    return present(
        {
            "psuId": authorisation.psu.psu_id if authorisation.psu else None,
            "authorisationId": authorisation.authorisation_id,
            "scaStatus": authorisation.status.value,
            "type": authorisation.kind.value,
            "scaApproach": authorisation.sca_approach.wire,
            "redirectUrlExpirationTimestamp": authorisation.redirect_expires_at.isoformat(),
            "authorisationExpirationTimestamp": authorisation.expires_at.isoformat(),
            "tppOkRedirectUri": back.ok,
            "tppNokRedirectUri": back.nok,
        }
    )


def psu_row_body(authorisation: Authorisation) -> dict[str, Any]:
    """One row of the list of a payment's PSUs: who, by which authorisation, and how far."""
    return (psu_body(authorisation.psu) if authorisation.psu else {}) | {
        "authorisationId": authorisation.authorisation_id,
        "scaStatus": authorisation.status.value,
        "type": authorisation.kind.value,
    }
