"""The tables, one file per subject. Migrations create them; nothing else does."""

from cms.store.tables.authorisations import authorisations
from cms.store.tables.history import status_history
from cms.store.tables.idempotency import idempotent_answers
from cms.store.tables.intents import bank_intents
from cms.store.tables.metadata import metadata
from cms.store.tables.payments import payment_psus, payments
from cms.store.tables.tpps import tpps

__all__ = [
    "authorisations",
    "bank_intents",
    "idempotent_answers",
    "metadata",
    "payment_psus",
    "payments",
    "status_history",
    "tpps",
]
