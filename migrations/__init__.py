"""The database's history, one numbered step per file. Run by `xs2a migrate`."""
