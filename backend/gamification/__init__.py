"""Scores of users and of what they share."""
