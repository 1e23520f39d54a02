"""Index cards and find them by words."""
