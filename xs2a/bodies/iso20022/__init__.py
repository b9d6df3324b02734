"""Messages of ISO 20022: pain.001 is read, pain.002 is written (P11, spec 14.2)."""
