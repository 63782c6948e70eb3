"""Two answers of one exchange are compared: for the shadow, for recordings, between live servers."""
