"""The wire to a side: connections, and the answers that come on them."""
