"""The TPP-facing side of the server."""
