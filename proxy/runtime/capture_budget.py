"""What many things may hold together: one bound on the sum, because bounds on each add up."""

from dataclasses import dataclass


@dataclass(slots=True)
class CaptureBudget:
    """Bytes that may be held at a time. ``held``: bytes that are held just now."""

    most: int = 2**63
    held: int = 0

    def take(self, size: int) -> bool:
        """Hold so many bytes more, if there is room."""
        if self.held + size > self.most:
            return False
        self.held += size
        return True

    def give(self, size: int) -> None:
        """Hold so many bytes less."""
        self.held -= size
