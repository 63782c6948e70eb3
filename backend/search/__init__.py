"""The search index, told of writes after their commit."""
