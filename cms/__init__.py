"""Consent management: keeps payments and authorisations and their statuses; calls nobody."""
