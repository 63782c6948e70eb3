"""Setups: one with its parameters, lists, search by a run description, differences, tags."""
