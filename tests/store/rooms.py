"""What the store's tests keep and find: resources with all columns filled, or the fewest."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest

from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation, AuthorisationKind
from cms.domain.ids import id_made_at
from cms.domain.intent import BankIntent, Deed
from cms.domain.parties import PsuId, Role, Tpp
from cms.domain.payment import CancellationRequest, Payment, RedirectUris, TppWishes
from cms.domain.payment_service import PaymentService
from cms.domain.statuses import Cause, ScaStatus, TransactionStatus
from cms.service.authorisations import Authorisations
from cms.service.bank_states import BankStates
from cms.service.events import Events
from cms.service.idempotency import Idempotency
from cms.service.intents import BankIntents, Subject, Told
from cms.service.payments import NewPayment, Payments
from cms.service.sca import Sca, ScaStep
from cms.service.stop_list import StopList
from cms.service.tpps import Tpps
from cms.store.database import Database
from cms.store.sealing import KeyRing
from cms.store.unit_of_work import Store
from tests.databases import moves_of, row_counts
from tests.houses import NOW, Clock

TENANT = "UNDEFINED"
# For a table of rules that no database has a say in.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CREATION, CANCELLATION = AuthorisationKind.PIS_CREATION, AuthorisationKind.PIS_CANCELLATION
PSU = PsuId("anton.brueckner", "type", "firm", "firm type")
BODY = b'{"creditorName": "\xc3\x84"}\r\n\x00'
FULL_TPP = Tpp(
    authorisation_number="PSDDE-BAFIN-100001",
    authority_id="DE-BAFIN",
    name="Example Pay",
    authority_name="Authority",
    country="DE",
    organisation="Example",
    organisation_unit="Unit",
    city="Nürnberg",
    state="Bayern",
    roles=frozenset({Role.PSP_PI, Role.PSP_AI}),
)
BARE_TPP = Tpp("PSDDE-BAFIN-100002", "DE-BAFIN")


@dataclass
class Rooms:
    """The services over one database, and shortcuts to fill it."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    ids: int = 0

    def __post_init__(self) -> None:
        self._events = count(1)
        self.store = Store(self.database, self.new_event_id, events_at_once=True)
        self.events = Events(self.store, self.clock)
        self.payments = Payments(self.store, self.clock)
        self.authorisations = Authorisations(self.store, self.clock)
        self.sca = Sca(self.store, self.clock)
        self.intents = BankIntents(self.store, self.clock)
        self.ring = KeyRing([b"1" * 32], os.urandom)
        self.bank_states = BankStates(self.store, self.ring, self.clock)
        self.tpps = Tpps(self.store, self.clock)
        self.stop_list = StopList(self.store, self.clock)
        self.idempotency = Idempotency(self.store)

    def new_event_id(self) -> str:
        return id_made_at(self.clock(), next(self._events) << 62)

    def new_id(self) -> str:
        self.ids += 1
        return f"00000000-0000-4000-8000-{self.ids:012}"

    def payment(self, **fields: Any) -> Payment:
        """A payment with the mandatory columns; not kept yet."""
        facts: dict[str, Any] = {
            "payment_id": self.new_id(),
            "instance_id": TENANT,
            "service": PaymentService.PAYMENTS,
            "product": "sepa-credit-transfers",
            "status": TransactionStatus.RCVD,
            "status_cause": Cause.INITIATED,
            "status_changed_at": NOW,
            "created_at": NOW,
            "confirm_by": NOW + timedelta(days=1),
            "content_type": "application/json",
            **fields,
        }
        if "tpp_id" not in facts:
            facts["tpp_id"] = self.tpps.register(FULL_TPP, TENANT)
        return Payment(**facts)

    def full_payment(self) -> Payment:
        """A payment with every column filled that a new one may have."""
        return self.payment(
            psus=(PSU, PsuId("g.manager")),
            wishes=TppWishes(
                redirect_uris=RedirectUris("https://pay.example/ok", "https://pay.example/nok"),
                notification_uri="https://pay.example/news",
                notification_modes=("SCA", "LAST"),
                brand_logging_information="Brand",
            ),
            bank_reference="B-1",
            aspsp_account_id="A-1",
            internal_request_id=self.new_id(),
            multilevel=True,
        )

    def authorisation(self, payment: Payment, **fields: Any) -> Authorisation:
        """An authorisation with the mandatory columns; not kept yet."""
        facts: dict[str, Any] = {
            "authorisation_id": self.new_id(),
            "parent_id": payment.payment_id,
            "instance_id": payment.instance_id,
            "kind": CREATION,
            "sca_approach": Approach.REDIRECT,
            "status": ScaStatus.RECEIVED,
            "status_cause": Cause.STARTED,
            "status_changed_at": NOW,
            "created_at": NOW,
            "expires_at": NOW + timedelta(days=1),
            "redirect_expires_at": NOW + timedelta(minutes=10),
            **fields,
        }
        return Authorisation(**facts)

    def kept(self, **fields: Any) -> tuple[Payment, Authorisation]:
        """A payment with an authorisation, in the database."""
        payment = self.payment(psus=(PSU,), **fields)
        authorisation = self.authorisation(payment)
        self.payments.keep(NewPayment(payment, BODY, authorisation))
        return payment, authorisation

    def start(self, payment: Payment, **fields: Any) -> Authorisation:
        """One more authorisation of a payment that is kept."""
        authorisation = self.authorisation(payment, **fields)
        self.sca.start(authorisation)
        return authorisation

    def asked(
        self, subject: Subject, deed: Deed = Deed.EXECUTE, end: ScaStatus = ScaStatus.FINALISED
    ) -> BankIntent:
        """The bank is being asked, and has not answered yet."""
        return self.intents.open(subject, deed, intent_id=self.new_id(), sca_status=end)

    def expired(self, payment: Payment) -> Payment:
        """The payment's time is over, and the bank has agreed never to execute it (P8)."""
        intent = self.asked(Subject(payment), Deed.EXPIRE)
        return self.intents.done(intent, Told(TransactionStatus.CANC)).payment

    def settled(self, intent: BankIntent) -> bool:
        """Is the bank's answer stored? Then the payment is free again."""
        with self.store.reading() as uow:
            found = uow.intents.find(intent.intent_id)
        assert found is not None
        payment = self.payments.find(intent.payment_id, TENANT)
        assert (payment.open_intent_id is None) is (found.settled_at is not None)
        return found.settled_at is not None

    def pushed(self, payment: Payment, status: TransactionStatus) -> None:
        """The bank's core system has moved the payment."""
        self.payments.set_status(payment.payment_id, TENANT, status, cause=Cause.ASPSP_PUSHED)

    def stored(self, resource: Payment | Authorisation) -> Any:
        """The resource as it is in the database now."""
        if isinstance(resource, Payment):
            return self.payments.find(resource.payment_id, resource.instance_id)
        return self.authorisations.find(resource.authorisation_id, resource.instance_id)

    def history(self, resource_id: str) -> list[tuple[str, str, str]]:
        """From, to and cause of a resource's moves, oldest first."""
        return moves_of(self.database, resource_id)

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return row_counts(self.database)


def ready(
    rooms: Rooms,
    status: ScaStatus,
    deed: Deed = Deed.EXECUTE,
    at: TransactionStatus = TransactionStatus.RCVD,
) -> tuple[Payment, Authorisation]:
    """A payment at this status, and an authorisation of it or of its cancellation, at that one."""
    payment, authorisation = rooms.kept()
    if deed is Deed.CANCEL:
        rooms.sca.request_cancellation(payment, CancellationRequest(NOW))
        authorisation = rooms.start(payment, kind=CANCELLATION, psu=PSU)
    if status is not ScaStatus.RECEIVED:
        authorisation = rooms.sca.take(authorisation, ScaStep(status))[1]
    if at is not TransactionStatus.RCVD:
        rooms.pushed(payment, at)
    return rooms.stored(payment), authorisation


def race(*runners: Callable[[], Any]) -> list[Any]:
    """Run them all at the same moment; what each returned, or the exception it raised."""
    start = Barrier(len(runners))

    def run(runner: Callable[[], Any]) -> Any:
        start.wait(timeout=30)
        try:
            return runner()
        except Exception as error:  # noqa: BLE001  the test judges it
            return error

    with ThreadPoolExecutor(len(runners)) as threads:
        return list(threads.map(run, runners))
