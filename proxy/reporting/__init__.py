"""What people read: clusters, tables, Markdown, and lines to paste."""
