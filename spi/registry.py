"""Finds the connector that the bank named, among the installed ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points

from spi.port import Connector

ENTRY_POINT_GROUP = "xs2a.connectors"


@dataclass(frozen=True, slots=True)
class ConnectorParts:
    """What a connector is built from: the environment (its secrets are its own), clock, sleep."""

    environment: Mapping[str, str]
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]


ConnectorFactory = Callable[[ConnectorParts], Connector]


class ConnectorNotFound(Exception):
    """No installed package offers a connector of that name."""


def load_connector(name: str, parts: ConnectorParts) -> Connector:
    """Build the connector called `name`.

    A package offers one by an entry point of the group `xs2a.connectors`, which is a factory
    that takes ConnectorParts. Raises ConnectorNotFound, naming those that are installed.
    """
    offered = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    if name not in offered:
        known = ", ".join(sorted(offered)) or "none"
        raise ConnectorNotFound(f"no connector named {name!r} is installed (installed: {known})")
    factory: ConnectorFactory = offered[name].load()
    return factory(parts)
