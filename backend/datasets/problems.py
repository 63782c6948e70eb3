"""Problems of data sets, with the legacy codes (legacy notes, data 11)."""

from backend.problems import ProblemCase

UNKNOWN = ProblemCase("dataset-not-found", "111")
PRIVATE = ProblemCase("dataset-no-access", "112")
NO_FILE = ProblemCase("dataset-no-data-file", "113")
