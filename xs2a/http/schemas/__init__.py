"""The bodies of the standard as marshmallow schemas: they validate and they document."""
