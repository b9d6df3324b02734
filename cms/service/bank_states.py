"""Bank states: what the bank itself wants remembered of a payment, opaque and sealed (C2).

It is the bank's own note: it is written whatever the status of the payment, a finalised one too.
Of two that are written at the same moment the last one counts, unless its writer had read what the
other one has replaced: then it knows less, and is dropped.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from cms.domain.errors import Malformed, SealedByAnotherKey, Unknown
from cms.domain.events import EventType
from cms.domain.ids import known_form
from cms.domain.payment import Payment
from cms.service.held import payment_of_tenant
from cms.store.inserts import NewRow
from cms.store.journal import EventRow, changed_row
from cms.store.queries.bank_states import StoredState, new_state_row, place_of
from cms.store.sealing import KeyRing
from cms.store.unit_of_work import Store

Clock = Callable[[], datetime]

LONGEST_STATE: Final = 64 * 1024  # bytes
_TRIES: Final = 3  # a rotation of keys may come between the reading and the writing

log = logging.getLogger(__name__)


class HeldState:
    """The bank state of one payment while the bank is being asked; a `BankState` of the plug.

    It is read when the connector asks for it, and stored by `keep`, after the call has ended.
    Of a payment that is not stored yet there is nothing to read, and what was noted is `noted`.
    """

    def __init__(
        self,
        read: Callable[[], bytes | None] | None = None,
        write: Callable[[bytes | None], None] | None = None,
        replace: Callable[[bytes | None, bytes | None], None] | None = None,
        *,
        payment_id: str = "",
    ) -> None:
        """`replace` is told what was read, then what comes in its place."""
        self.payment_id = payment_id
        self._read = read
        self._write = write
        self._replace = replace
        self._loaded = False
        self._saved = False
        self._known: bytes | None = None
        self._noted: bytes | None = None

    @property
    def noted(self) -> bytes | None:
        """What the connector has saved last."""
        return self._noted

    def load(self) -> bytes | None:
        """The state, or None. Raises StoreUnavailable and SealedByAnotherKey."""
        if self._saved:
            return self._noted
        if not self._loaded:
            self._known = self._read() if self._read else None
            self._loaded = True
        return self._known

    def save(self, state: bytes | None) -> None:
        """Remember this; None or nothing to forget it.

        Raises ValueError if it is too long, and TypeError for what is no bytes.
        """
        noted = bytes(state) if state else None  # a text has no bytes of its own
        if noted is not None and len(noted) > LONGEST_STATE:
            raise ValueError(f"a bank state has at most {LONGEST_STATE} bytes")
        self._noted = noted
        self._saved = True

    def keep(self) -> None:
        """Store what was saved, unless it is what was read; in the place of that only, if it was.

        Raises StoreUnavailable and Unknown.
        """
        if not self._saved:
            return
        if not self._loaded:
            if self._write:
                self._write(self._noted)
        elif self._known != self._noted and self._replace:
            self._replace(self._known, self._noted)


class BankStates:
    """The CMS's bank states."""

    def __init__(self, store: Store, ring: KeyRing, clock: Clock) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock

    def held(self, payment: Payment) -> HeldState:
        """The state of a stored payment, for one call of the bank. Reads nothing yet."""
        return HeldState(
            lambda: self.load(payment.payment_id, payment.instance_id),
            lambda state: self.save(payment.payment_id, payment.instance_id, state),
            lambda seen, state: self._keep(payment, seen, state),
            payment_id=payment.payment_id,
        )

    def _keep(self, payment: Payment, seen: bytes | None, state: bytes | None) -> None:
        if not self.replace(payment, seen, state):
            log.warning("a later note of the bank on payment %s stays", payment.payment_id)

    def load(self, payment_id: str, instance_id: str) -> bytes | None:
        """The state of this tenant's payment, or None. Raises Unknown and SealedByAnotherKey."""
        with self._store.reading() as uow:
            stored = uow.bank_states.find(known_form(payment_id), instance_id)
        return None if stored is None else self._ring.open(stored.sealed, stored.place)

    def save(
        self,
        payment_id: str,
        instance_id: str,
        state: bytes | None,
        *,
        on_record: bool = False,
    ) -> None:
        """Store the state, or forget it (None). What is stored already is not written again.

        With `on_record` it has an event: the online banking's; a connector's notes go with calls
        of the bank, which have theirs.
        Raises Unknown for a payment that is not this tenant's, and Malformed for a state that is
        too long.
        """
        if state is not None and len(state) > LONGEST_STATE:
            raise Malformed(f"A bank state has at most {LONGEST_STATE} bytes.")
        with self._store.reading() as uow:
            payment = payment_of_tenant(uow, payment_id, instance_id)
            stored = uow.bank_states.find(payment_id, instance_id)
        if self._says(stored, state):
            return
        with self._store.writing() as uow:
            if state:
                uow.bank_states.put(self._sealed(payment, state), self._clock())
                changed = True
            else:
                changed = uow.bank_states.remove(payment_id, instance_id)
            if changed and on_record:
                uow.events.add_all([self._changed(payment_id, instance_id, stored=bool(state))])

    def replace(self, payment: Payment, seen: bytes | None, state: bytes | None) -> bool:
        """Store the state in the place of the one that was read, or forget it (None).

        False when somebody else has written meanwhile: what is stored stays. Another seal round
        the same state (`xs2a keys rotate`) is no other state.
        """
        for _ in range(_TRIES):
            with self._store.reading() as uow:
                stored = uow.bank_states.find(payment.payment_id, payment.instance_id)
            if not self._says(stored, seen):
                return False
            if self._replaced(payment, stored, state):
                return True
        return False

    def _replaced(self, payment: Payment, stored: StoredState | None, state: bytes | None) -> bool:
        with self._store.writing() as uow:
            if not state:
                return stored is None or uow.bank_states.remove_seen(stored)
            sealed = self._sealed(payment, state)
            if stored is None:
                return uow.bank_states.add(sealed, self._clock())
            return uow.bank_states.replace(stored, sealed, self._clock())

    def clear(self, payment_id: str, instance_id: str) -> None:
        """The online banking has it forgotten: on record. Raises Unknown where there is none."""
        with self._store.writing() as uow:
            if not uow.bank_states.remove(known_form(payment_id), instance_id):
                raise Unknown
            uow.events.add_all([self._changed(payment_id, instance_id, stored=False)])

    def new_row(self, payment: Payment, noted: bytes | None) -> NewRow | None:
        """What the bank has noted of a payment that is about to be kept, if anything."""
        return new_state_row(self._sealed(payment, noted), payment.created_at) if noted else None

    def _changed(self, payment_id: str, instance_id: str, *, stored: bool) -> EventRow:
        return changed_row(
            EventType.BANK_STATE_CHANGED,
            self._clock(),
            {"stored": stored},
            instance_id=instance_id,
            event_id=self._store.new_event_id(),
            payment_id=payment_id,
        )

    def _says(self, stored: StoredState | None, state: bytes | None) -> bool:
        if stored is None:
            return not state
        try:
            return self._ring.open(stored.sealed, stored.place) == state
        except SealedByAnotherKey:  # whoever writes anew mends it
            return False

    def _sealed(self, payment: Payment, state: bytes) -> StoredState:
        place = place_of(payment.payment_id, payment.instance_id)
        sealed = self._ring.seal(state, place)
        return StoredState(payment.payment_id, payment.instance_id, sealed)
