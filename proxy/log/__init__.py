"""The diff log beneath proxy/record.py: its tables, its versions, what is kept of it and how it is read."""
