"""Recordings made and carried: from a live server, from live traffic, from and to whole HAR files."""
