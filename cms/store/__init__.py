"""The only SQL of the CMS: tables, queries, and the transaction that holds a request's changes."""
