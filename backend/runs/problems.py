"""Problems of runs, with the legacy codes (legacy notes, task 8.5)."""

from backend.problems import VALIDATION, ProblemCase

UNKNOWN = ProblemCase("run-not-found", "236")
TRACE_OF_UNKNOWN = ProblemCase("run-not-found", "571")
NO_TRACE = ProblemCase("run-trace-not-found", "572")
NOTHING_LISTED = ProblemCase("no-results", "512")
RESET_OF_UNKNOWN = ProblemCase("run-not-found", "412")
RESET_OF_OTHERS = ProblemCase("run-not-owned", "413")

INPUT = VALIDATION
"""Filters that a handler judges: 510, 513, 516, 517."""
