"""Captures on their way from proxies to workers, through Redis or Valkey."""
