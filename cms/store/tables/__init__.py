"""The tables, one file per subject. Migrations create them; nothing else does."""

from cms.store.tables.authorisations import authorisations
from cms.store.tables.bank_states import bank_states
from cms.store.tables.events import events
from cms.store.tables.idempotency import idempotent_answers
from cms.store.tables.intents import bank_intents
from cms.store.tables.jobs import job_leases, job_runs
from cms.store.tables.metadata import metadata
from cms.store.tables.oauth import oauth_requests, oauth_tokens
from cms.store.tables.operators import operator_actions, operator_sessions, operators
from cms.store.tables.payments import payment_psus, payments
from cms.store.tables.revocation import revocation_sources
from cms.store.tables.stop_list import tpp_stop_list
from cms.store.tables.tpps import tpp_certificates, tpps

__all__ = [
    "authorisations",
    "bank_intents",
    "bank_states",
    "events",
    "idempotent_answers",
    "job_leases",
    "job_runs",
    "metadata",
    "oauth_requests",
    "oauth_tokens",
    "operator_actions",
    "operator_sessions",
    "operators",
    "payment_psus",
    "payments",
    "revocation_sources",
    "tpp_certificates",
    "tpp_stop_list",
    "tpps",
]
