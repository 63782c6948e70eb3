"""The running process: opening, listening, workers, and what operators tell it."""
