"""One side answers the client."""
