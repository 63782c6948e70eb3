"""Estimation procedures: how the data of a task is split."""
