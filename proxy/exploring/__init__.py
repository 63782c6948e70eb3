"""What ``parity explore`` is made of: odd requests from the route map, the schema and the ids that lists give."""
