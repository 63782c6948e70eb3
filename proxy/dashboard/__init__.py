"""The pages that migration engineers look at: server-rendered, every table also as JSON and CSV."""
