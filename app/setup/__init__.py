"""Set up a real town, once."""
