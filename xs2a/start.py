"""What happens once before the processes start, and what is told when they answer."""

import errno
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

import sqlalchemy as sa

from cms.domain.profile import CommonProfile, Profile, ProfileInvalid, ScaRedirectFlow, Severity
from cms.profile_file import Profiles, format_findings
from sandbox.certificates import SANDBOX_TPP
from sandbox.tpp_certificate import ensure_tpp_certificate
from spi.capabilities import missing_capabilities
from spi.port import Connector
from spi.registry import ConnectorNotFound
from xs2a.clock import Clock, ClockInvalid, clock_from
from xs2a.database_setup import EncodingUnfit, demand_utf8, is_migrated
from xs2a.loopback import is_fine
from xs2a.oauth.judges import Judge, is_ours, judge_of, names_host_of
from xs2a.oauth.metadata import METADATA_PATH
from xs2a.operators import SANDBOX_OPERATORS, SANDBOX_PASSWORD, sandbox_operators_left
from xs2a.password_keys import PasswordKeysInvalid, ensure_password_keys, read_password_keys
from xs2a.server import Face, faces, generated_token
from xs2a.settings import Settings
from xs2a.trust_anchors import TrustAnchorsInvalid, ends_of, left_out, read_trust_anchors
from xs2a.wiring import open_profiles, open_seals, plug_in

READY_WITHIN_S = 30
_FIRST_PAYMENT = """\
'{"debtorAccount": {"iban": "DE80760700240271232400"},
     "instructedAmount": {"currency": "EUR", "amount": "12.50"},
     "creditorAccount": {"iban": "DE69760700240340283600"},
     "creditorName": "Marion Mueller"}'"""


class NotReady(Exception):
    """The server cannot start; the message says why and what to do."""


def prepare(settings: Settings) -> None:
    """Check everything that can be checked before a process is started. Raises NotReady."""
    _demand_free_ports(settings)
    with _what_is_wrong_told():
        clock = clock_from(settings.clock)
        _warn_of_anchors(settings, clock())
        profiles = open_profiles(settings)
        if settings.debug_file is not None:
            settings.folder.mkdir(parents=True, exist_ok=True)
            profiles.forget_overrides()
        _demand_judged_tokens(settings, profiles)
        _demand_tables_and_connector(settings, clock, profiles)
        read_password_keys(settings)
    warnings = tuple(each for each in profiles.findings if each.severity is not Severity.INFO)
    if warnings:
        print(format_findings(warnings))
    _warn_of_strange_issuers(settings, profiles)
    _forget_counts(settings)
    if settings.sandbox:
        _prepare_sandbox(settings, profiles, clock())


def prepare_worker(settings: Settings) -> None:
    """The same for a worker that is run apart: it changes nothing. Raises NotReady."""
    with _what_is_wrong_told():
        clock = clock_from(settings.clock)
        _warn_of_anchors(settings, clock())
        _demand_tables_and_connector(settings, clock, open_profiles(settings))


@contextmanager
def _what_is_wrong_told() -> Iterator[None]:
    """Every reason not to start as NotReady, in words that say what to do."""
    try:
        yield
    except ProfileInvalid as error:
        raise NotReady(f"The profile is invalid:\n{format_findings(error.findings)}") from error
    except (
        ConnectorNotFound,
        ClockInvalid,
        EncodingUnfit,
        PasswordKeysInvalid,
        TrustAnchorsInvalid,
    ) as error:
        raise NotReady(str(error)) from error
    except sa.exc.SQLAlchemyError as error:
        raise NotReady(f"The database does not answer: {type(error).__name__}") from error


def _warn_of_anchors(settings: Settings, now: datetime) -> None:
    """Raises TrustAnchorsInvalid; an anchor may be old or unreadable while others do their work."""
    anchors = read_trust_anchors(settings)
    for told in (*left_out(settings), *ends_of(anchors, now)):
        print(f"warning: {told}", file=sys.stderr, flush=True)


def _demand_tables_and_connector(settings: Settings, clock: Clock, profiles: Profiles) -> None:
    demand_utf8(settings)
    if not is_migrated(settings):
        raise NotReady("The database is not at this version's tables: run `xs2a migrate`.")
    if not settings.sandbox:
        _demand_no_sandbox_operators(settings)
    _demand_able_connector(plug_in(settings, clock), profiles)
    _demand_server_keys(settings)


def _demand_able_connector(connector: Connector, profiles: Profiles) -> None:
    """Nothing may be offered that the bank's connector cannot do. Raises NotReady."""
    missing = [
        f"{name}: {lack}" if name else lack
        for name, profile in profiles.all().items()
        for lack in missing_capabilities(connector, profile)
    ]
    if missing:
        raise NotReady("The connector cannot do what is offered:\n" + "\n".join(missing))


def _demand_judged_tokens(settings: Settings, profiles: Profiles) -> None:
    """A slip in an address must not leave the tokens of our own server to a connector that does not
    know them. Tells of each profile whose tokens are the connector's to judge, as not every one
    does. In production raises NotReady for a slip.
    """
    issuer = settings.oauth.issuer
    for name, profile in profiles.all().items():
        if not _left_to_the_connector(settings, profile):
            continue
        whose = f"common.oauthConfigurationUrl of {name or 'the default profile'}"
        if not names_host_of(issuer, profile):
            print(f"{whose} is another server's: the connector must judge its access tokens.")
            continue
        slip = f"{whose} is at XS2A_OAUTH_ISSUER, but is not {issuer}{METADATA_PATH}"
        if not settings.sandbox:
            raise NotReady(slip)
        print(f"{slip}: the connector must judge the access tokens.")


def _left_to_the_connector(settings: Settings, profile: Profile) -> bool:
    """Are its access tokens, if there are any, judged by the connector alone?"""
    if profile.common.sca_redirect_flow is ScaRedirectFlow.REDIRECT:
        return False
    oauth = settings.oauth
    judge = judge_of(profile, oauth.issuer, introspects=oauth.introspection_url is not None)
    return judge is Judge.CONNECTOR


def _demand_no_sandbox_operators(settings: Settings) -> None:
    """A database that a sandbox has used knows operators whose password all the world knows.

    Raises NotReady.
    """
    left = sandbox_operators_left(settings)
    if left:
        raise NotReady(
            "Operators of the sandbox may still log in: "
            + ", ".join(f"run `xs2a operator remove {name}`" for name in left)
        )


def _demand_server_keys(settings: Settings) -> None:
    """Whatever is sealed in the database can be opened. Raises NotReady."""
    with open_seals(settings) as seals:
        missing = seals.missing_key()
    if missing is not None:
        raise NotReady(
            f"The database holds what the key {missing} has sealed, and XS2A_SERVER_KEYS does "
            "not have it: `xs2a keys list` tells more."
        )


def _warn_of_strange_issuers(settings: Settings, profiles: Profiles) -> None:
    """Tokens of our authorization server count only where the profile leads to it: after a change
    of address it may lead elsewhere. That tells a profile whose flow is still the plain redirect;
    of the others `_demand_judged_tokens` tells.
    """
    issuer = settings.oauth.issuer
    if issuer is None or settings.oauth.introspection_url is not None:
        return
    for name, profile in profiles.all().items():
        named = profile.common.oauth_configuration_url
        plain = profile.common.sca_redirect_flow is ScaRedirectFlow.REDIRECT
        if plain and named and not is_ours(profile, issuer):
            tenant = f"{name}: " if name else ""
            print(
                f"warning: {tenant}oauthConfigurationUrl leads to {named}, not to "
                f"{issuer}{METADATA_PATH}: tokens issued here do not count"
            )


def _forget_counts(settings: Settings) -> None:
    """What the processes of the last start have counted is over: Prometheus knows of restarts."""
    settings.metrics_folder.mkdir(parents=True, exist_ok=True)
    for file in settings.metrics_folder.glob("*.db"):
        file.unlink()


def _prepare_sandbox(settings: Settings, profiles: Profiles, now: datetime) -> None:
    """Make what a sandbox makes for itself: a token, a TPP's certificate, a key for passwords."""
    link = profiles.for_tenant(None).pis.pis_redirect_url_to_aspsp
    if f":{settings.online_banking_port}/" not in link:
        print(f"warning: pisRedirectUrlToAspsp leads to {link}, not to the online banking here")
    if not settings.cms_tokens and not settings.cms_open:
        os.environ["XS2A_CMS_TOKENS"] = generated_token()
    settings.sandbox_folder.mkdir(parents=True, exist_ok=True)
    ensure_tpp_certificate(settings.sandbox_folder, now, settings.sandbox_crl_url)
    ensure_password_keys(settings)


def announce(settings: Settings) -> None:
    """Wait until every face answers, then print the addresses and, in the sandbox, a curl.

    One that does not answer is told of as long as that lasts. Nothing is stopped for it: it may
    be slow, and those whose business it is to restart what is ill ask /health for themselves.
    """
    for face in faces(settings):
        while not _answers(f"http://{settings.host}:{face.port}/health/live"):
            told = f"{face.name} has not answered for {READY_WITHIN_S} s; what is above may say why"
            print(told, file=sys.stderr, flush=True)
    lines = [f"{face.name:15} http://{settings.host}:{face.port}" for face in faces(settings)]
    if settings.sandbox:
        token = "none: open to all" if settings.cms_open else settings.cms_tokens[0]
        names = " or ".join(f"`{name}` ({role})" for name, role in SANDBOX_OPERATORS.items())
        console = f"http://{settings.host}:{settings.cms_port}/console/"
        common = open_profiles(settings).for_tenant(None).common
        lines += [
            f"{'console':15} {console}, as {names}, password `{SANDBOX_PASSWORD}`",
            f"{'CMS token':15} {token}",
            "",
            "Try it:",
            "",
            first_curl(settings, common),
            "",
        ]
    print("\n".join(["", *lines]), flush=True)


def first_curl(settings: Settings, common: CommonProfile) -> str:
    """An instant payment, ready to paste into a shell in this folder; signed if this bank wants
    that, and with ways back of the sandbox TPP's own domain if it refuses others.
    """
    bank = f"http://{settings.host}:{settings.online_banking_port}/tpp"
    xs2a = f"http://{settings.host}:{settings.xs2a_port}"
    header = settings.sandbox_folder / "tpp-qwac.header"
    back = f"https://{SANDBOX_TPP.domains[0]}" if common.refuses_foreign_uris else bank
    new_id = '''"X-Request-ID: $(python3 -c 'import uuid; print(uuid.uuid4())')"'''
    ok, signed = f"'TPP-Redirect-URI: {back}/ok'", common.tpp_signature_required
    call = (
        f"curl -s {xs2a}/v1/payments/instant-sepa-credit-transfers",
        "-H @-" if signed else f"-H {new_id}",
        f'-H "TPP-QWAC-Certificate: $(cat {header})"',
        "-H 'PSU-IP-Address: 192.0.2.7'",
        ("" if signed else f"-H {ok} ") + f"-H 'TPP-Nok-Redirect-URI: {back}/nok'",
        "-H 'Content-Type: application/json'",
    )
    if not signed:
        return " \\\n  ".join((*call, f"-d {_FIRST_PAYMENT}"))
    sign = f'printf %s "$PAYMENT" | .venv/bin/xs2a sign - -H {ok}'
    piped = " \\\n  ".join((f"{sign} | {call[0]}", *call[1:], '--data-binary "$PAYMENT"'))
    return f"PAYMENT={_FIRST_PAYMENT}\n{piped}"


def _demand_free_ports(settings: Settings) -> None:
    """The servers listen with SO_REUSEPORT: a second one would silently get half of the calls."""
    with ExitStack() as held:  # all at once, so that no two faces share a port either
        for face in faces(settings):
            probe = held.enter_context(socket.socket())
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, face.port))
                probe.listen()
            except (OSError, OverflowError) as error:
                raise NotReady(_cannot_listen(settings.host, face, error)) from error


def _cannot_listen(host: str, face: Face, error: OSError | OverflowError) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {face.port} ({face.name}) is in use; {face.variable} names another one"
    reason = error.strerror if isinstance(error, OSError) else "no such port"
    return f"{host}:{face.port} ({face.name}) cannot be listened on: {reason}"


def _answers(url: str) -> bool:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if is_fine(url):
            return True
        time.sleep(0.05)
    return False
