"""What the flows work with, put together once in `xs2a.wiring`; and who is asking."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from cms.domain.parties import PsuContext, PsuId, Tpp
from cms.domain.payment import Payment
from cms.domain.payment_order import PaymentOrder
from cms.domain.profile import Profile
from cms.service.access import Access
from cms.service.authorisations import Authorisations
from cms.service.bank_states import BankStates
from cms.service.events import Events
from cms.service.idempotency import Idempotency
from cms.service.intents import BankIntents
from cms.service.payments import Payments
from cms.service.sca import Sca
from cms.service.stop_list import StopList
from cms.service.tpps import Tpps
from spi.port import Connector
from spi.types import BankContext, BankState
from xs2a.oauth.tokens import Granted


@dataclass(frozen=True, slots=True)
class Parts:
    """The rooms next door: the CMS, the bank, the clock and the source of ids.

    `order_of` reads a stored payment's bytes again, wherever the bank needs the order.
    """

    payments: Payments
    authorisations: Authorisations
    access: Access
    sca: Sca
    intents: BankIntents
    bank_states: BankStates
    tpps: Tpps
    stop_list: StopList
    idempotency: Idempotency
    events: Events
    bank: Connector
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    order_of: Callable[[Payment, bytes], PaymentOrder]


@dataclass(frozen=True, slots=True)
class TppContext:
    """One request of a TPP that has passed the gate. `internal_request_id` is our own id of it.

    `access_token` is one that this server has not issued; `granted` is what a token opens that was
    judged here, by us or by introspection.
    """

    tpp: Tpp
    tpp_id: str
    instance_id: str
    x_request_id: str
    profile: Profile
    internal_request_id: str | None = None
    psu: PsuId | None = None
    psu_context: PsuContext | None = None
    access_token: str | None = field(default=None, repr=False)
    granted: Granted | None = None

    def for_bank(self, state: BankState) -> BankContext:
        """The same, in the words of the bank plug, with the bank state of what is asked about."""
        return BankContext(
            tpp=self.tpp,
            instance_id=self.instance_id,
            x_request_id=self.x_request_id,
            psu=self.psu,
            psu_context=self.psu_context,
            access_token=self.access_token,
            token_judged=self.granted is not None,
            state=state,
        )
