"""Problems of evaluations, with the legacy codes (legacy notes, task 8.6)."""

from backend.problems import VALIDATION, ProblemCase

NOTHING_LISTED = ProblemCase("no-results", "542")
TOO_MANY_RUNS = ProblemCase("too-many-results", "543")
TOO_MANY_RUNS_PER_FOLD = ProblemCase("too-many-results", "548")
NOTHING_REQUESTED = ProblemCase("no-results", "1013")

INPUT = VALIDATION
"""Filters that a handler judges: 540, 546, 547, 549, 555."""
