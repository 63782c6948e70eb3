"""The rules: differences that are derived from the route map, the response schema and the table of problems.

`book` puts them together; the registry asks it for each route.
"""
