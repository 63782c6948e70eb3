"""The second face: the same operations in the dialect of PHP's API, below ``/api/v1``."""
