"""The environment, read once and typed; and what production mode refuses to start on."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from pathlib import Path
from typing import Final

from environs import Env, EnvError

from cms.domain.revocation import RevocationPolicy

LONGEST_RETENTION_DAYS: Final = 36_500
SHORTEST_TOKEN: Final = 24  # characters of a bearer token, in production
SANDBOX_CRL_PATH: Final = "/qtsp/revoked.crl"
SANDBOX_KEY_PREFIX: Final = "sandbox-"  # of the key that a sandbox makes for itself
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_SERVER_KEY: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64url
_SANDBOX_KEY: Final = re.compile(SANDBOX_KEY_PREFIX + _SERVER_KEY.pattern)


class Mode(StrEnum):
    """Sandbox: to try things out. Production: real money; nothing of the sandbox is allowed."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """How the lines of the log are written: for people, or one JSON object each."""

    TEXT = "text"
    JSON = "json"


class SettingsInvalid(Exception):
    """The environment cannot be used; the message names every reason, one per line."""


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """Whose certificates count: `anchors` is a PEM file or a folder of such, `any_chain` lets
    everybody's count, `revocation` says what becomes of those of which no fresh list tells.
    """

    anchors: Path | None
    any_chain: bool
    revocation: RevocationPolicy


@dataclass(frozen=True, slots=True)
class OAuthSettings:
    """Where the built-in authorization server is (None: there is none), and the bank's page for
    access before any payment; where the bank's own server introspects, and as whom we ask there.
    """

    issuer: str | None
    approval_url: str | None
    introspection_url: str | None
    introspection_client: str | None = field(repr=False)

    @property
    def urls(self) -> tuple[str, ...]:
        """All addresses that are set."""
        named = (self.issuer, self.approval_url, self.introspection_url)
        return tuple(url for url in named if url is not None)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the environment decides. Addresses of databases and tokens have no repr."""

    mode: Mode
    profile: Path
    tenant_profiles: Mapping[str, Path]
    folder: Path
    spi: str
    host: str
    xs2a_port: int
    cms_port: int
    online_banking_port: int
    workers: int
    threads: int
    cms_open: bool
    trusted_proxies: tuple[str, ...]
    trust: TrustSettings
    sandbox_default_tpp: bool
    clock: str | None
    password_keys: Path | None
    serve_worker: bool
    idempotency_retention: timedelta
    event_retention: timedelta
    log_format: LogFormat
    access_log: bool
    oauth: OAuthSettings
    database_url: str = field(repr=False)
    cms_tokens: tuple[str, ...] = field(repr=False)
    metrics_tokens: tuple[str, ...] = field(repr=False)
    server_keys: tuple[str, ...] = field(repr=False)

    @property
    def sandbox(self) -> bool:
        """Is this the sandbox mode?"""
        return self.mode is Mode.SANDBOX

    @property
    def debug_file(self) -> Path | None:
        """Where the profile's debug changes are kept, for all processes of this machine."""
        return self.folder / "profile-debug.json" if self.sandbox else None

    @property
    def sandbox_bank_url(self) -> str:
        """Where the sandbox bank keeps its books: beside the SQLite file, or in the same server.

        Its tables have names of their own, and no transaction spans both.
        """
        url = os.environ.get("SANDBOX_BANK_DATABASE_URL")
        if url:
            return url
        if self.database_url.startswith("sqlite"):
            return self.database_url.removesuffix(".db") + "-sandbox-bank.db"
        return self.database_url

    @property
    def sandbox_folder(self) -> Path:
        """Where the sandbox keeps its certificates."""
        return self.folder / "sandbox"

    @property
    def sandbox_crl_url(self) -> str | None:
        """Where the sandbox QTSP publishes whom it has revoked: at the online banking, if that is
        there.
        """
        if not self.sandbox or self.spi != "sandbox":
            return None
        return f"http://{self.host}:{self.online_banking_port}{SANDBOX_CRL_PATH}"

    @property
    def metrics_folder(self) -> Path:
        """Where the processes of this machine count together."""
        return self.folder / "metrics"


def read_settings() -> Settings:
    """Read the environment of this process. Raises SettingsInvalid."""
    try:
        settings = _read(Env())
    except EnvError as error:
        raise SettingsInvalid(str(error)) from error
    reasons = [reason for refuses, reason in _REFUSED[settings.mode] if refuses(settings)]
    if reasons:
        raise SettingsInvalid("\n".join(reasons))
    return settings


def _read(env: Env) -> Settings:
    mode = env.enum("XS2A_MODE", enum=Mode, by_value=True, default=Mode.PRODUCTION)
    folder, sandbox = Path("var"), mode is Mode.SANDBOX
    host, ports = env.str("XS2A_HOST", default="127.0.0.1"), _ports(env)
    return Settings(
        mode=mode,
        profile=env.path("ASPSP_PROFILE", default=Path("aspsp-profile.yml")),
        tenant_profiles={
            tenant: Path(path)
            for tenant, path in env.dict("XS2A_TENANT_PROFILES", default=dict[str, str]()).items()
        },
        folder=folder,
        spi=env.str("XS2A_SPI", default="sandbox"),
        host=host,
        **ports,
        workers=env.int("XS2A_WORKERS", default=os.cpu_count() or 1),
        threads=env.int("XS2A_THREADS", default=4),
        cms_open=env.bool("XS2A_CMS_OPEN", default=False),
        trusted_proxies=_proxies(env, "127.0.0.1" if sandbox else ""),
        trust=_trust(env, folder if sandbox else None),
        sandbox_default_tpp=env.bool("XS2A_SANDBOX_DEFAULT_TPP", default=False),
        clock=env.str("XS2A_CLOCK", default=None),
        password_keys=env.path(
            "XS2A_PASSWORD_KEYS",
            default=folder / "sandbox" / "password-keys.json" if sandbox else None,
        ),
        serve_worker=env.bool("XS2A_SERVE_WORKER", default=True),
        idempotency_retention=_days(env, "XS2A_IDEMPOTENCY_RETENTION_DAYS", 30),
        event_retention=_days(env, "XS2A_EVENT_RETENTION_DAYS", 1826),
        database_url=env.str("XS2A_DATABASE_URL", default=f"sqlite:///{folder}/xs2a.db"),
        log_format=env.enum(
            "XS2A_LOG_FORMAT", enum=LogFormat, by_value=True, default=LogFormat.TEXT
        ),
        access_log=env.bool("XS2A_ACCESS_LOG", default=False),
        oauth=_oauth(env, host, ports) if sandbox else _oauth(env),
        cms_tokens=_listed(env, "XS2A_CMS_TOKENS", ""),
        metrics_tokens=_listed(env, "XS2A_METRICS_TOKENS", ""),
        server_keys=_listed(env, "XS2A_SERVER_KEYS", ""),
    )


def _trust(env: Env, sandbox_folder: Path | None) -> TrustSettings:
    """With the defaults of a sandbox in this folder, or of production."""
    own = None if sandbox_folder is None else sandbox_folder / "sandbox" / "ca.pem"
    return TrustSettings(
        anchors=env.path("XS2A_TRUST_ANCHORS", default=own),
        any_chain=env.bool("XS2A_TRUST_ANY_CHAIN", default=False),
        revocation=env.enum(
            "XS2A_REVOCATION",
            enum=RevocationPolicy,
            by_value=True,
            default=RevocationPolicy.HARD if own is None else RevocationPolicy.SOFT,
        ),
    )


def _ports(env: Env) -> dict[str, int]:
    return {
        "xs2a_port": env.int("XS2A_PORT", default=8080),
        "cms_port": env.int("CMS_PORT", default=38080),
        "online_banking_port": env.int("ONLINE_BANKING_PORT", default=4400),
    }


def _oauth(env: Env, host: str = "", ports: Mapping[str, int] | None = None) -> OAuthSettings:
    """With host and ports, which a sandbox has, the addresses are there without being set."""
    name = "XS2A_OAUTH_ISSUER"
    issuer = env.str(name, default=f"http://{host}:{ports['xs2a_port']}" if ports else "")
    # Scheme and host alone: then there is one place where the metadata can be (RFC 8414, 3).
    if issuer and not _ORIGIN.fullmatch(issuer):
        raise EnvError(f"{name}: {issuer!r} is not an origin such as https://auth.bank.example")
    page = f"http://{host}:{ports['online_banking_port']}/oauth/{{request-id}}" if ports else None
    return OAuthSettings(
        issuer=issuer or None,
        approval_url=env.str("XS2A_OAUTH_APPROVAL_URL", default=page),
        introspection_url=env.str("XS2A_OAUTH_INTROSPECTION_URL", default=None),
        introspection_client=env.str("XS2A_OAUTH_INTROSPECTION_CLIENT", default=None),
    )


def _days(env: Env, name: str, default: int) -> timedelta:
    days = env.int(name, default=default)
    if not 1 <= days <= LONGEST_RETENTION_DAYS:
        raise EnvError(f"{name}: {days} is not between 1 and {LONGEST_RETENTION_DAYS}")
    return timedelta(days=days)


def _proxies(env: Env, default: str) -> tuple[str, ...]:
    name = "XS2A_TRUSTED_PROXIES"
    listed = _listed(env, name, default)
    for each in listed:
        try:
            ip_network(each)
        except ValueError as error:
            raise EnvError(f"{name}: {each!r} is neither an address nor a network") from error
    return listed


def _listed(env: Env, name: str, default: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in env.str(name, default=default).split(",") if item.strip())


def _malformed_key(settings: Settings) -> bool:
    return not all(
        _SERVER_KEY.fullmatch(key) or _SANDBOX_KEY.fullmatch(key) for key in settings.server_keys
    )


def _trusts_everybody(settings: Settings) -> bool:
    """Also by parts: `0.0.0.0/1,128.0.0.0/1`."""
    networks = [ip_network(each) for each in settings.trusted_proxies]
    together: list[IPv4Network | IPv6Network] = [
        *collapse_addresses(each for each in networks if isinstance(each, IPv4Network)),
        *collapse_addresses(each for each in networks if isinstance(each, IPv6Network)),
    ]
    return any(each.prefixlen == 0 for each in together)


_Refused = tuple[Callable[[Settings], bool], str]
_MALFORMED_KEY: Final[_Refused] = (
    _malformed_key,
    "a key of XS2A_SERVER_KEYS is not 32 bytes in base64url; `xs2a keys generate` makes one",
)

# Per mode: when it refuses to start, and why.
_REFUSED: Final[dict[Mode, tuple[_Refused, ...]]] = {
    Mode.SANDBOX: (_MALFORMED_KEY,),
    Mode.PRODUCTION: (
        _MALFORMED_KEY,
        (
            lambda settings: not settings.server_keys,
            "XS2A_SERVER_KEYS must name the keys for what is sealed in the database",
        ),
        (
            lambda settings: any(map(_SANDBOX_KEY.fullmatch, settings.server_keys)),
            "a key of XS2A_SERVER_KEYS is one that a sandbox has made for itself",
        ),
        (
            lambda settings: not settings.cms_tokens,
            "XS2A_CMS_TOKENS must name the bank's tokens for the CMS faces",
        ),
        (lambda settings: settings.cms_open, "XS2A_CMS_OPEN is for sandbox mode only"),
        (
            lambda settings: settings.sandbox_default_tpp,
            "XS2A_SANDBOX_DEFAULT_TPP is for sandbox mode only",
        ),
        (lambda settings: settings.clock is not None, "XS2A_CLOCK is for sandbox mode only"),
        (
            lambda settings: settings.spi == "sandbox",
            "XS2A_SPI must name the bank's connector; the sandbox bank is for sandbox mode only",
        ),
        (
            lambda settings: any(len(token) < SHORTEST_TOKEN for token in settings.cms_tokens),
            f"a token of XS2A_CMS_TOKENS has fewer than {SHORTEST_TOKEN} characters",
        ),
        (
            lambda settings: any(len(token) < SHORTEST_TOKEN for token in settings.metrics_tokens),
            f"a token of XS2A_METRICS_TOKENS has fewer than {SHORTEST_TOKEN} characters",
        ),
        (
            lambda settings: not set(settings.metrics_tokens).isdisjoint(settings.cms_tokens),
            "a token of XS2A_METRICS_TOKENS opens all of the CMS too: make one of its own",
        ),
        (
            lambda settings: not settings.trusted_proxies,
            "XS2A_TRUSTED_PROXIES must name the proxies that hand over client certificates",
        ),
        (
            _trusts_everybody,
            "XS2A_TRUSTED_PROXIES must not trust everybody",
        ),
        (
            lambda settings: settings.trust.anchors is None,
            "XS2A_TRUST_ANCHORS must name the certificates of the QTSPs that the bank trusts",
        ),
        (
            lambda settings: settings.trust.any_chain,
            "XS2A_TRUST_ANY_CHAIN is for sandbox mode only",
        ),
        (
            lambda settings: not all(url.startswith("https://") for url in settings.oauth.urls),
            "XS2A_OAUTH_ISSUER, ..._APPROVAL_URL and ..._INTROSPECTION_URL must be https",
        ),
    ),
}
