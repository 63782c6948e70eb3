"""Stored files: one small interface, a local folder or an object store behind it."""
