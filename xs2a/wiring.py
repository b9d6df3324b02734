"""Puts the parts together: the only place that knows which concrete ones there are."""

import gc
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from cms.app import create_app as create_cms_app
from cms.domain.operator import SHORTEST_PASSWORD
from cms.domain.parties import Role, Tpp
from cms.domain.revocation import RevocationPolicy
from cms.http.console.rooms import ConsoleRooms
from cms.http.observing import observe_requests
from cms.http.published import health_and_docs
from cms.http.rooms import Rooms
from cms.profile_file import Profiles
from cms.service.access import Access
from cms.service.authorisations import Authorisations
from cms.service.bank_states import BankStates
from cms.service.due import DueRows
from cms.service.events import Events
from cms.service.idempotency import Idempotency
from cms.service.intents import BankIntents
from cms.service.jobs import Jobs
from cms.service.operators import Operators, OperatorSessions, Trail
from cms.service.payments import Payments
from cms.service.revocation import Revocations
from cms.service.revocation_sources import RevocationSources
from cms.service.sca import Sca
from cms.service.seals import Seals
from cms.service.search import PaymentSearch
from cms.service.stop_list import StopList
from cms.service.tpps import Tpps
from cms.store.database import Database
from cms.store.unit_of_work import Store
from sandbox.certificates import SANDBOX_TPP
from sandbox.core.bank import Bank
from sandbox.core.storage import Storage
from sandbox.online_banking.app import create_online_banking
from sandbox.online_banking.cms_client import HttpCmsClient
from sandbox.online_banking.qtsp import qtsp_pages
from sandbox.revoking import published_list
from spi.port import Connector
from spi.registry import ConnectorParts, load_connector
from xs2a.app import DESCRIBED
from xs2a.app import create_app as create_xs2a_app
from xs2a.bodies.reading import order_again, other_order
from xs2a.checks.signature import SignatureCheck
from xs2a.clock import Clock, clock_from
from xs2a.downloads import Download
from xs2a.flows.parts import Parts
from xs2a.flows.recording import recorded
from xs2a.http.describe import SECURITY
from xs2a.http.gate import Door, OAuthDoor
from xs2a.ids import id_source
from xs2a.introspection import Introspection
from xs2a.jobs.backoff import Backoff
from xs2a.jobs.fetching import Fetching
from xs2a.jobs.run import Workshop
from xs2a.jobs.runner import Runner
from xs2a.jobs.tenants import Tenants
from xs2a.password_keys import read_password_keys
from xs2a.server_keys import key_ring
from xs2a.settings import SANDBOX_CRL_PATH, Settings, read_settings
from xs2a.tpp.crl import revocable
from xs2a.tpp.identity import TppIdentification
from xs2a.tpp.judging import CertificateJudge
from xs2a.tpp.signature.seal_certificate import SealCertificates
from xs2a.tpp.trust import TrustAnchors
from xs2a.trust_anchors import read_trust_anchors


@dataclass(frozen=True, slots=True)
class House:
    """Everything behind the doors, over one database."""

    settings: Settings
    database: Database
    store: Store
    profiles: Profiles
    parts: Parts
    trust_anchors: TrustAnchors
    revocations: Revocations

    def close(self) -> None:
        """Write the events that are waiting, and close the database."""
        self.store.event_writer.close()
        self.database.close()


def build_house(
    settings: Settings,
    *,
    bank: Connector | None = None,
    clock: Clock | None = None,
    new_id: Callable[[], str] | None = None,
    events_at_once: bool = False,
) -> House:
    """Open the database, read the profiles, plug the bank in.

    `bank`, `clock` and `new_id` replace the connector and the clock that the settings name, and
    the source of ids; with `events_at_once` no event waits to be written with others. Raises
    ProfileInvalid, ConnectorNotFound, ClockInvalid, TrustAnchorsInvalid.
    """
    clock = clock or clock_from(settings.clock)
    database = Database(settings.database_url, pool_size=settings.threads)
    new_id = new_id or id_source(clock)
    store = Store(database, new_id, events_at_once=events_at_once)
    events, ring, issuer = Events(store, clock), key_ring(settings), settings.oauth.issuer
    parts = Parts(
        payments=Payments(store, clock),
        authorisations=Authorisations(store, clock),
        access=Access(store, ring, clock, new_secret=secrets.token_urlsafe, issuer=issuer),
        sca=Sca(store, clock),
        intents=BankIntents(store, clock),
        bank_states=BankStates(store, ring, clock),
        tpps=Tpps(store, clock),
        stop_list=StopList(store, clock),
        idempotency=Idempotency(store),
        events=events,
        bank=recorded(bank or plug_in(settings, clock), events, clock, time.monotonic),
        clock=clock,
        new_id=new_id,
        order_of=order_again,
    )
    return House(
        settings,
        database,
        store,
        profiles=open_profiles(settings),
        parts=parts,
        trust_anchors=read_trust_anchors(settings),
        revocations=Revocations(store, clock),
    )


@contextmanager
def open_seals(settings: Settings) -> Iterator[Seals]:
    """What is sealed in the database, and the keys for it."""
    database = Database(settings.database_url, pool_size=1)
    try:
        store = Store(database, id_source(clock_from(settings.clock)))
        yield Seals(store, key_ring(settings))
    finally:
        database.close()


def open_profiles(settings: Settings) -> Profiles:
    """The profiles in force. Raises ProfileInvalid with every finding."""
    return Profiles(settings.profile, settings.tenant_profiles, debug_file=settings.debug_file)


def plug_in(settings: Settings, clock: Clock) -> Connector:
    """The connector that XS2A_SPI names."""
    environment = {"SANDBOX_BANK_DATABASE_URL": settings.sandbox_bank_url, **os.environ}
    return load_connector(settings.spi, ConnectorParts(environment, clock, time.sleep))


def xs2a_face(house: House) -> Flask:
    """The TPP-facing app. Raises PasswordKeysInvalid."""
    settings = house.settings
    judge = certificate_judge(house)
    identification = TppIdentification(
        trusted_proxies=settings.trusted_proxies,
        default_tpp=sandbox_tpp() if settings.sandbox_default_tpp else None,
        judge=judge,
    )
    signatures = SignatureCheck(SealCertificates(judge), house.parts.clock)
    app = create_xs2a_app(
        Door(
            house.parts,
            house.profiles,
            identification,
            signatures,
            oauth_door(settings),
            read_password_keys(settings),
        ),
        published=health_and_docs(
            house.store.answers, title="XS2A", described=DESCRIBED, security=SECURITY
        ),
    )
    observe_requests(app, "XS2A")
    return app


def certificate_judge(house: House) -> CertificateJudge:
    """What tells whether a TPP's certificate counts."""
    return CertificateJudge(
        house.trust_anchors,
        house.revocations,
        house.parts.clock,
        policy=house.settings.trust.revocation,
        qualified_only=not house.settings.sandbox,
        any_chain=house.settings.trust.any_chain,
    )


def oauth_door(settings: Settings) -> OAuthDoor:
    """What OAuth works with on the TPP-facing side."""
    url, client = settings.oauth.introspection_url, settings.oauth.introspection_client
    return OAuthDoor(
        new_secret=secrets.token_urlsafe,
        approval_url=settings.oauth.approval_url,
        loopback=settings.sandbox,
        introspect=Introspection(url, client, time.monotonic) if url else None,
    )


def cms_face(house: House) -> Flask:
    """The bank-facing app."""
    parts = house.parts
    return create_cms_app(
        Rooms(
            payments=parts.payments,
            authorisations=parts.authorisations,
            access=parts.access,
            bank_states=parts.bank_states,
            tpps=parts.tpps,
            stop_list=parts.stop_list,
            search=PaymentSearch(house.store),
            profiles=house.profiles,
            order_of=parts.order_of,
            events=parts.events,
            other_order=other_order,
        ),
        house.store,
        console=console_rooms(house),
        tokens=() if house.settings.cms_open else house.settings.cms_tokens,
        metrics_tokens=house.settings.metrics_tokens,
        sandbox=house.settings.sandbox,
    )


def runner(
    house: House,
    stops: Callable[[float], bool],
    download: Callable[[str], bytes] | None = None,
) -> Runner:
    """What runs the jobs. `stops` waits so many seconds for the word to stop; `download` replaces
    what fetches lists of revoked certificates.
    """
    parts = house.parts
    shop = Workshop(
        parts=parts,
        tenants=Tenants(house.profiles),
        due=DueRows(house.store, parts.clock),
        jobs=Jobs(house.store, parts.clock),
        backoff=Backoff(parts.clock),
        event_retention=house.settings.event_retention,
        idempotency_retention=house.settings.idempotency_retention,
        fetching=_fetching(house, download),
    )
    # The id tells apart two that have the same host name and process number, as in containers.
    node = f"{socket.gethostname()}:{os.getpid()}:{parts.new_id()[-12:]}"
    return Runner(shop, node, stops)


def _fetching(house: House, download: Callable[[str], bytes] | None) -> Fetching | None:
    if house.settings.trust.revocation is RevocationPolicy.OFF:
        return None
    anchors = tuple(map(revocable, house.trust_anchors.links_between))
    outside = Download(public_only=not house.settings.sandbox)
    return Fetching(house.revocations, anchors, download or outside)


def console_rooms(house: House) -> ConsoleRooms:
    """What the operators' console works with, beside the use cases of the other faces."""
    store, clock, settings = house.store, house.parts.clock, house.settings
    return ConsoleRooms(
        sessions=OperatorSessions(
            store, clock, secrets.token_urlsafe, shortest_password=shortest_password(settings)
        ),
        trail=Trail(store, clock),
        intents=house.parts.intents,
        jobs=Jobs(store, clock),
        revocations=house.revocations,
        clock=clock,
        secure_cookie=not settings.sandbox,
    )


@contextmanager
def open_operators(settings: Settings) -> Iterator[Operators]:
    """The console's operators, for the command line. Raises ClockInvalid."""
    clock = clock_from(settings.clock)
    database = Database(settings.database_url, pool_size=1)
    try:
        store = Store(database, id_source(clock))
        yield Operators(store, clock, shortest_password=shortest_password(settings))
    finally:
        database.close()


@contextmanager
def open_revocation_sources(settings: Settings) -> Iterator[RevocationSources]:
    """Where lists of revoked certificates come from, for the command line. Raises ClockInvalid."""
    clock = clock_from(settings.clock)
    database = Database(settings.database_url, pool_size=1)
    try:
        yield RevocationSources(Store(database, id_source(clock)), clock)
    finally:
        database.close()


def shortest_password(settings: Settings) -> int:
    """Of an operator's password; in the sandbox everybody's is short."""
    return 1 if settings.sandbox else SHORTEST_PASSWORD


def sandbox_tpp() -> Tpp:
    """The TPP that lends its identity to requests without a certificate (T3)."""
    return Tpp(
        authorisation_number=SANDBOX_TPP.authorisation_number,
        authority_id=SANDBOX_TPP.authority_id,
        authority_name=SANDBOX_TPP.authority_name,
        name=SANDBOX_TPP.name,
        country=SANDBOX_TPP.country,
        roles=frozenset(Role(role) for role in SANDBOX_TPP.roles),
    )


def sandbox_bank(settings: Settings) -> Bank:
    """The sandbox bank itself, as its online banking and its set-up need it."""
    storage = Storage(settings.sandbox_bank_url)
    return Bank(
        storage, clock=clock_from(settings.clock), sleep=time.sleep, new_code=_confirmation_code
    )


def _confirmation_code() -> str:
    """Ten characters that cannot be mistaken for each other: a PSU may have to type them."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(10))


def serve_xs2a() -> Flask:
    """Factory of the XS2A server processes."""
    app = xs2a_face(build_house(read_settings()))
    _settle_memory()
    return app


def serve_cms() -> Flask:
    """Factory of the CMS server process."""
    return cms_face(build_house(read_settings()))


def serve_online_banking() -> Flask:
    """Factory of the sandbox bank's online banking process."""
    settings = read_settings()
    token = settings.cms_tokens[0] if settings.cms_tokens else ""
    cms = HttpCmsClient(f"http://{settings.host}:{settings.cms_port}", token)
    clock = clock_from(settings.clock)
    revoked = qtsp_pages(SANDBOX_CRL_PATH, lambda: published_list(settings.sandbox_folder, clock()))
    app = create_online_banking(
        sandbox_bank(settings), cms, secrets.token_bytes(32), more=(revoked,)
    )
    observe_requests(app, "online banking")
    return app


def _settle_memory() -> None:
    """What has been loaded by now stays for good: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def folder_of(url: str) -> Path | None:
    """The folder of a SQLite file, which must be there before the file can be."""
    prefix = "sqlite:///"
    return Path(url.removeprefix(prefix)).parent if url.startswith(prefix) else None
