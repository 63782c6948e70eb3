"""Runs: a setup executed on a task, with its files, evaluations and trace."""
