"""Recorded exchanges and scenarios: read, written, served again."""
