"""The diff log beneath proxy/log/writer.py: its tables, its versions, what is kept of it and how it is read."""
