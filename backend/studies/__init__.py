"""Studies and suites."""
