"""Build the history of a board or card as one viewer may see it."""
