"""A request of one dialect as the same request of the other."""
