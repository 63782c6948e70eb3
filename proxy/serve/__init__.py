"""The served leg: one side answers the client."""
