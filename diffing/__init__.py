"""Compare what the two sides answered: pure functions, no network, no database, no clock."""
