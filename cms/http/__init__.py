"""The bank-facing REST of the CMS: one folder per face."""
