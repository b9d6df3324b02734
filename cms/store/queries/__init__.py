"""Reads and writes of the tables, one file per subject; each takes an open connection."""
