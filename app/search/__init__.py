"""Search pages and their results."""
