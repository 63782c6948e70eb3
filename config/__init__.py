"""What an operator or a migration engineer edits, as TOML, and the typed loaders beside it."""
