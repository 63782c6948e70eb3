"""Asking a side over the network."""
