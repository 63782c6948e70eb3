"""Likes and downvotes."""
