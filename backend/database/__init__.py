"""The two legacy databases: connections, rows as PHP stores them, and MySQL's comparisons on SQLite."""
