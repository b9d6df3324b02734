"""What the authorization server tells of itself (RFC 8414)."""

from typing import Any, Final
from urllib.parse import quote

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from cms.domain.ids import DEFAULT_TENANT

METADATA_PATH: Final = "/.well-known/oauth-authorization-server"
ASK_PATH: Final = "/oauth/authorize"
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105  a path
REVOKE_PATH: Final = "/oauth/revoke"
INTROSPECT_PATH: Final = "/oauth/introspect"

TLS_CLIENT_AUTH: Final = "tls_client_auth"  # RFC 8705, 2.1.1
CHALLENGE_METHOD: Final = "S256"  # RFC 7636, 4.2


def metadata(issuer: str, instance_id: str) -> dict[str, Any]:
    """The document. Clients authenticate by their QWAC at every endpoint that they call.

    A tenant's endpoints have its name at their end, for a browser sends no `Instance-ID`; the
    issuer is one for all of them.
    """
    at = "" if instance_id == DEFAULT_TENANT else f"/{quote(instance_id, safe='')}"
    told = AuthorizationServerMetadata(
        {
            "issuer": issuer,
            "authorization_endpoint": issuer + ASK_PATH + at,
            "token_endpoint": issuer + TOKEN_PATH + at,
            "revocation_endpoint": issuer + REVOKE_PATH + at,
            "introspection_endpoint": issuer + INTROSPECT_PATH + at,
            "scopes_supported": ["PIS"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": [TLS_CLIENT_AUTH],
            "revocation_endpoint_auth_methods_supported": [TLS_CLIENT_AUTH],
            "introspection_endpoint_auth_methods_supported": [TLS_CLIENT_AUTH],
            "code_challenge_methods_supported": [CHALLENGE_METHOD],
            "authorization_response_iss_parameter_supported": True,  # RFC 9207, 3
            "tls_client_certificate_bound_access_tokens": True,  # RFC 8705, 3.3
        }
    )
    return dict(told)
