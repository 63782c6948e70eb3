"""The Python REST API over the legacy OpenML databases."""
