"""Puts the parts together: the only place that knows which concrete ones there are."""

import gc
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from cms.app import create_app as create_cms_app
from cms.domain.parties import Role, Tpp
from cms.http.observing import observe_requests
from cms.http.published import OPENAPI_SETTINGS, health_and_docs
from cms.http.rooms import Rooms
from cms.profile_file import Profiles
from cms.service.authorisations import Authorisations
from cms.service.bank_states import BankStates
from cms.service.idempotency import Idempotency
from cms.service.intents import BankIntents
from cms.service.payments import Payments
from cms.service.sca import Sca
from cms.service.seals import Seals
from cms.service.tpps import Tpps
from cms.store.database import Database
from cms.store.unit_of_work import Store
from sandbox.certificates import SANDBOX_TPP
from sandbox.core.bank import Bank
from sandbox.core.storage import Storage
from sandbox.online_banking.app import create_online_banking
from sandbox.online_banking.cms_client import HttpCmsClient
from spi.port import Connector
from spi.registry import ConnectorParts, load_connector
from xs2a.app import create_app as create_xs2a_app
from xs2a.bodies.reading import order_again
from xs2a.clock import Clock, clock_from
from xs2a.flows.parts import Parts
from xs2a.http.gate import Door
from xs2a.ids import id_source
from xs2a.password_keys import read_password_keys
from xs2a.server_keys import key_ring
from xs2a.settings import Settings, read_settings
from xs2a.tpp.identity import TppIdentification


@dataclass(frozen=True, slots=True)
class House:
    """Everything behind the doors, over one database."""

    settings: Settings
    database: Database
    store: Store
    profiles: Profiles
    parts: Parts


def build_house(
    settings: Settings,
    *,
    bank: Connector | None = None,
    clock: Clock | None = None,
    new_id: Callable[[], str] | None = None,
) -> House:
    """Open the database, read the profiles, plug the bank in.

    `bank`, `clock` and `new_id` replace the connector and the clock that the settings name, and
    the source of ids. Raises ProfileInvalid, ConnectorNotFound, ClockInvalid.
    """
    clock = clock or clock_from(settings.clock)
    database = Database(settings.database_url, pool_size=settings.threads)
    new_id = new_id or id_source(clock)
    store = Store(database, new_id)
    parts = Parts(
        payments=Payments(store, clock),
        authorisations=Authorisations(store, clock),
        sca=Sca(store, clock),
        intents=BankIntents(store, clock),
        bank_states=BankStates(store, key_ring(settings), clock),
        tpps=Tpps(store, clock),
        idempotency=Idempotency(store),
        bank=bank or plug_in(settings, clock),
        clock=clock,
        new_id=new_id,
        order_of=order_again,
    )
    return House(settings, database, store, open_profiles(settings), parts)


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
    identification = TppIdentification(
        trusted_proxies=settings.trusted_proxies,
        default_tpp=sandbox_tpp() if settings.sandbox_default_tpp else None,
        clock=house.parts.clock,
    )
    app = create_xs2a_app(
        Door(house.parts, house.profiles, identification, read_password_keys(settings)),
        published=health_and_docs(house.store.answers),
        openapi=OPENAPI_SETTINGS,
    )
    observe_requests(app, "XS2A")
    return app


def cms_face(house: House) -> Flask:
    """The bank-facing app."""
    return create_cms_app(
        Rooms(
            house.parts.payments,
            house.parts.authorisations,
            house.parts.bank_states,
            house.profiles,
            house.parts.order_of,
        ),
        house.store,
        tokens=() if house.settings.cms_open else house.settings.cms_tokens,
        sandbox=house.settings.sandbox,
    )


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
    app = create_online_banking(sandbox_bank(settings), cms, secrets.token_bytes(32))
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
