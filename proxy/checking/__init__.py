"""What ``parity check`` is made of: replaying, scenarios and their effects, and files for CI."""
