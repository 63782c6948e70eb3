"""Problems of evaluations, with the legacy codes (legacy notes, task 8.6)."""

from backend.problems import VALIDATION, ProblemCase

NOTHING_LISTED = ProblemCase("no-results", "542")
NOTHING_REQUESTED = ProblemCase("no-results", "1013")

INPUT = VALIDATION
"""Filters that a handler judges: 540, 543, 546, 547, 548, 549, 555, 1012, 1014."""
