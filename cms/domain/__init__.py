"""The words all packages share, in plain Python: standard library only."""
