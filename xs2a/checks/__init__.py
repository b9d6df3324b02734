"""Checks of requests: each gives findings, none knows of HTTP answers."""
