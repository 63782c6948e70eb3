"""Requests as values: what a client sent, forms in it, secrets taken out of it."""
