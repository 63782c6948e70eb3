"""The shadow: asks the other side what was served, and compares."""
