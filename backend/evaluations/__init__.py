"""Evaluations of runs: lists of them, and the runs that still have none."""
