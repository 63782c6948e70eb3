"""Flows: one with its parts, lists, existence, tags."""
