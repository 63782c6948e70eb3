"""The shadow proxy: serve one side, ask the other, compare, report."""
