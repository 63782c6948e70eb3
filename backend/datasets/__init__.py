"""Data sets: descriptions, features, qualities, lists."""
