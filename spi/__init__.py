"""The bank plug: what a connector author imports."""
