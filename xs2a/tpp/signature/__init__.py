"""Who has signed a request: draft-cavage-http-signatures as the Berlin Group profiles it (T5)."""
