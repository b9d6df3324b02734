"""aspsp-api: what the bank's back office asks and tells."""
