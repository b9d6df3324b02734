"""A house to test: the real rooms over a fresh database, with a bank and a clock of the test's."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa

from cms.domain.revocation import RevocationPolicy
from cms.domain.statuses import TransactionStatus
from cms.store.tables import metadata
from sandbox.certificates import SandboxQtsp, TppFacts
from spi.answers import Answer, BankCode, BankError, Done, Refused
from spi.types import (
    Authenticated,
    AuthorisationRef,
    AuthorisationStarted,
    BankContext,
    BankDeed,
    BankState,
    CancellationBegun,
    ChallengeData,
    Initiated,
    MethodSelected,
    Outcome,
    PaymentRef,
    PaymentStatusReport,
    PaymentToAuthorise,
    PaymentToInitiate,
    Proof,
    PsuCredentials,
    ScaMethod,
    ScaStatusReport,
)
from tests.contract.berlin_group import BerlinGroup
from tests.databases import moves_of, row_counts
from tests.judged import JudgedApp, webtest
from tests.qtsp import qtsp_folder
from xs2a.settings import LogFormat, Mode, OAuthSettings, Settings, TrustSettings
from xs2a.wiring import House, build_house, cms_face, xs2a_face

V = TypeVar("V")

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
PROXY = "127.0.0.1"
SOFT = RevocationPolicy.SOFT
TOKEN = "token-of-the-bank"
METRICS_TOKEN = "token-of-prometheus"
ISSUER = "https://auth.bank.example"
OAUTH = OAuthSettings(ISSUER, "https://bank.example/oauth/{request-id}", None, None)
SERVER_KEY = "k" * 42 + "0"
BANK_PAGES = "https://bank.example/pis/{redirect-id}"
# What a bank of the tests says in `aspsp-profile.yml`; a test names only what it is about.
PROFILE: Mapping[str, Mapping[str, Any]] = {
    "pis": {
        "redirectLinkToOnlineBanking": {
            "pisRedirectUrlToAspsp": BANK_PAGES,
            "pisPaymentCancellationRedirectUrlToAspsp": "https://bank.example/c/{redirect-id}",
        }
    },
    "common": {},
}


# Nobody listens: the tests call the apps.
NOT_SERVED: Mapping[str, Any] = {
    "host": "127.0.0.1",
    "xs2a_port": 0,
    "cms_port": 0,
    "online_banking_port": 0,
}


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, period: timedelta) -> None:
        self.now += period


SMS = ScaMethod("sms", "SMS_OTP", name="TAN by SMS")
EMAIL = ScaMethod("email", "SMTP_OTP", name="TAN by e-mail")
PUSH = ScaMethod("push", "PUSH_OTP", name="Banking app", decoupled=True)
CHALLENGE = ChallengeData(otp_max_length=6, otp_format="integer")
METHODS = {method.authentication_method_id: method for method in (SMS, EMAIL, PUSH)}


def refused(code: BankCode, *, ends: bool = False) -> Refused:
    """The bank says no, for this one reason."""
    return Refused((BankError(code),), ends_authorisation=ends)


@dataclass
class FakeBank:
    """A bank that answers what the test says: an answer, or an exception to raise.

    It does a deed once: under the same id it answers the same again. `outcome` says what it
    answers when it is asked about a deed; None: what it has really done.
    """

    initiated: Answer[Initiated] | Exception = Done(Initiated(TransactionStatus.RCVD))
    status: Answer[PaymentStatusReport] | Exception | None = None  # None: as we have it
    started: Answer[AuthorisationStarted] | Exception = Done(AuthorisationStarted())
    sca: Answer[ScaStatusReport] | Exception = Done(ScaStatusReport(None))
    authenticated: Answer[Authenticated] | Exception = Done(Authenticated((SMS,)))
    selected: Answer[MethodSelected] | Exception | None = None  # None: the method that was named
    executed: Answer[Outcome] | Exception = Done(Outcome(TransactionStatus.ACCP))
    cancelled: Answer[Outcome] | Exception = Done(Outcome(TransactionStatus.CANC))
    outcome: Answer[Outcome] | Exception | None = None
    begun: Answer[CancellationBegun] | Exception = Done(CancellationBegun())
    after_wrong_code: Answer[PaymentStatusReport] | Exception = Done(
        PaymentStatusReport(TransactionStatus.RJCT)
    )
    deeds: list[tuple[BankDeed, Proof]] = field(default_factory=list)
    credentials: list[PsuCredentials] = field(default_factory=list)
    done: dict[str, Answer[Outcome]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    orders: list[PaymentToInitiate] = field(default_factory=list)
    contexts: list[BankContext] = field(default_factory=list)
    notes: Callable[[BankState, str], None] | None = None  # what it does with its state, per call

    def initiate_payment(self, ctx: BankContext, payment: PaymentToInitiate) -> Answer[Initiated]:
        self.orders.append(payment)
        return self._answer("initiate_payment", ctx, self.initiated)

    def read_payment_status(
        self, ctx: BankContext, payment: PaymentRef
    ) -> Answer[PaymentStatusReport]:
        known = Done(PaymentStatusReport(payment.status))
        return self._answer("read_payment_status", ctx, self.status or known)

    def start_authorisation(
        self, ctx: BankContext, payment: PaymentToAuthorise, authorisation: AuthorisationRef
    ) -> Answer[AuthorisationStarted]:
        return self._answer("start_authorisation", ctx, self.started)

    def read_sca_status(
        self, ctx: BankContext, payment: PaymentRef, authorisation: AuthorisationRef
    ) -> Answer[ScaStatusReport]:
        return self._answer("read_sca_status", ctx, self.sca)

    def authenticate_psu(
        self,
        ctx: BankContext,
        payment: PaymentToAuthorise,
        authorisation: AuthorisationRef,
        credentials: PsuCredentials,
    ) -> Answer[Authenticated]:
        self.credentials.append(credentials)
        return self._answer("authenticate_psu", ctx, self.authenticated)

    def select_sca_method(
        self,
        ctx: BankContext,
        payment: PaymentToAuthorise,
        authorisation: AuthorisationRef,
        method_id: str,
    ) -> Answer[MethodSelected]:
        answer: Answer[MethodSelected] | Exception
        if self.selected is not None:
            answer = self.selected
        elif method_id in METHODS:
            method = METHODS[method_id]
            answer = Done(MethodSelected(method, None if method.decoupled else CHALLENGE))
        else:
            answer = refused(BankCode.SCA_METHOD_UNKNOWN)
        return self._answer("select_sca_method", ctx, answer)

    def execute_payment(self, ctx: BankContext, deed: BankDeed, proof: Proof) -> Answer[Outcome]:
        return self._act("execute_payment", ctx, deed, proof=proof, answer=self.executed)

    def cancel_payment(self, ctx: BankContext, deed: BankDeed, proof: Proof) -> Answer[Outcome]:
        return self._act("cancel_payment", ctx, deed, proof=proof, answer=self.cancelled)

    def outcome_of(self, ctx: BankContext, deed: BankDeed) -> Answer[Outcome]:
        really = self.done.get(deed.deed_id, refused(BankCode.PAYMENT_FAILED))
        return self._answer("outcome_of", ctx, self.outcome or really)

    def begin_cancellation(
        self, ctx: BankContext, payment: PaymentRef
    ) -> Answer[CancellationBegun]:
        return self._answer("begin_cancellation", ctx, self.begun)

    def confirmation_failed(
        self, ctx: BankContext, payment: PaymentRef, authorisation: AuthorisationRef
    ) -> Answer[PaymentStatusReport]:
        return self._answer("confirmation_failed", ctx, self.after_wrong_code)

    def _act(
        self,
        name: str,
        ctx: BankContext,
        deed: BankDeed,
        *,
        proof: Proof,
        answer: Answer[Outcome] | Exception,
    ) -> Answer[Outcome]:
        self.deeds.append((deed, proof))
        said = self._answer(name, ctx, answer)
        return self.done.setdefault(deed.deed_id, said) if isinstance(said, Done) else said

    def _answer(self, name: str, ctx: BankContext, answer: Answer[V] | Exception) -> Answer[V]:
        self.asked.append(name)
        self.contexts.append(ctx)
        if self.notes is not None:
            self.notes(ctx.state, name)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass(repr=False)
class World:
    """A house, its bank and its clock, and a client for each of its two faces."""

    house: House
    bank: FakeBank
    clock: Clock
    judge: BerlinGroup | None

    @cached_property
    def xs2a(self) -> JudgedApp:
        app = JudgedApp(xs2a_face(self.house), extra_environ={"REMOTE_ADDR": PROXY})
        app.judge = self.judge
        return app

    @cached_property
    def cms(self) -> webtest.TestApp:
        app = webtest.TestApp(cms_face(self.house))
        app.authorization = ("Bearer", TOKEN)
        return app

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return row_counts(self.house.database)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables."""
        return {name: self.all_rows(name) for name in metadata.tables}

    def changes(self) -> dict[str, list[tuple[Any, ...]]]:
        """The same without the events that tell of no move: of requests and of bank calls."""
        place = list(metadata.tables["events"].c.keys()).index("to_status")
        moved = [row for row in self.all_rows("events") if row[place] is not None]
        return self.everything() | {"events": moved}

    def events(self, **columns: Any) -> list[dict[str, Any]]:
        """The events with these values, oldest first."""
        table = metadata.tables["events"]
        query = sa.select(table).filter_by(**columns).order_by(table.c.event_id)
        with self.house.database.reads.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def all_rows(self, name: str) -> list[tuple[Any, ...]]:
        """Everything a table holds, in a stable order."""
        table = metadata.tables[name]
        with self.house.database.reads.connect() as connection:
            found = connection.execute(sa.select(table).order_by(*table.primary_key))
            return [tuple(row) for row in found]

    def rename_table(self, name: str, new_name: str) -> None:
        """Take a table away, or bring it back."""
        with self.house.database.writes.begin() as connection:
            connection.execute(sa.text(f"ALTER TABLE {name} RENAME TO {new_name}"))

    def forge_seals(self) -> None:
        """All bank states as if a key had sealed them that the server does not have."""
        with self.house.database.writes.begin() as connection:
            connection.execute(sa.text("UPDATE bank_states SET key_id = 'unknown'"))

    def history(self, resource_id: str) -> list[tuple[str, str, str]]:
        """From, to and cause of a resource's moves, oldest first."""
        return moves_of(self.house.database, resource_id)


@contextmanager
def open_world(
    database_url: str,
    folder: Path,
    judge: BerlinGroup | None = None,
    *,
    tenants: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
    new_id: Callable[[], str] | None = None,
    cms_open: bool = False,
    default_tpp: bool = False,
    trusted_proxies: tuple[str, ...] = (PROXY,),
    trust_anchors: Path | None = None,
    any_chain: bool = False,
    revocation: RevocationPolicy = SOFT,
    oauth: OAuthSettings | None = None,
    **profile: Mapping[str, Any],
) -> Iterator[World]:
    """Build the house; keywords such as `common={...}` are sections of its profile."""
    clock, bank = Clock(), FakeBank()
    settings = replace(
        settings_of(database_url, folder),
        profile=write_profile(folder / "profile.yml", profile),
        tenant_profiles=write_profiles(folder, tenants or {}),
        cms_open=cms_open,
        trusted_proxies=trusted_proxies,
        sandbox_default_tpp=default_tpp,
        trust=TrustSettings(
            anchors=trust_anchors or qtsp_folder() / "ca.pem",
            any_chain=any_chain,
            revocation=revocation,
        ),
        oauth=oauth or OAUTH,
    )
    house = build_house(settings, bank=bank, clock=clock, new_id=new_id, events_at_once=True)
    try:
        yield World(house, bank, clock, judge)
    finally:
        house.close()


def settings_of(database_url: str, folder: Path) -> Settings:
    """What the environment of a test's house says, if the test says nothing else."""
    return Settings(
        mode=Mode.SANDBOX,
        profile=folder / "profile.yml",
        tenant_profiles={},
        folder=folder,
        spi="sandbox",
        **NOT_SERVED,
        workers=1,
        threads=4,
        cms_open=False,
        trusted_proxies=(PROXY,),
        trust=TrustSettings(qtsp_folder() / "ca.pem", any_chain=False, revocation=SOFT),
        sandbox_default_tpp=False,
        clock=None,
        password_keys=None,
        serve_worker=True,
        idempotency_retention=timedelta(days=30),
        event_retention=timedelta(days=1826),
        log_format=LogFormat.TEXT,
        access_log=False,
        oauth=OAUTH,
        database_url=database_url,
        cms_tokens=(TOKEN, "the-second-token"),
        metrics_tokens=(METRICS_TOKEN,),
        server_keys=(SERVER_KEY,),
    )


def write_profiles(
    folder: Path, tenants: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> dict[str, Path]:
    return {name: write_profile(folder / f"{name}.yml", each) for name, each in tenants.items()}


def write_profile(file: Path, sections: Mapping[str, Mapping[str, Any]]) -> Path:
    """A profile with these sections laid over PROFILE's. JSON is YAML."""
    names = PROFILE.keys() | sections.keys()
    merged = {name: {**PROFILE.get(name, {}), **sections.get(name, {})} for name in names}
    file.write_bytes(orjson.dumps({"setting": merged}))
    return file


TPP = TppFacts(
    authorisation_number="PSDDE-BAFIN-100001",
    name="Example Pay",
    authority_id="DE-BAFIN",
    authority_name="Federal Financial Supervisory Authority",
    roles=("PSP_PI",),
    domains=("pay.example",),
)


def certificate(
    qtsp: SandboxQtsp, facts: TppFacts = TPP, *, since: int = -1, until: int = 90
) -> str:
    """The header value of a certificate, valid from and to so many days after NOW."""
    day = timedelta(days=1)
    issued = qtsp.issue_qwac(facts, not_before=NOW + since * day, not_after=NOW + until * day)
    return issued.header_value
