"""One trip through the proxy: what was decided, asked, answered, and what is kept of it."""
