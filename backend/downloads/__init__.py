"""Counts of downloads."""
