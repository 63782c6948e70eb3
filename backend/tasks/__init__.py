"""Tasks: descriptions, inputs, lists, tags."""
