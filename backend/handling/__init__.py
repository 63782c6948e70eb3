"""What handlers of operations share: they need to know the call, not only what was sent."""
