"""Badges of users."""
