"""What the CMS does for its callers: the door through which xs2a and the CMS faces enter."""
