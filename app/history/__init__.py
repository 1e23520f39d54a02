"""Show the history of a board or card, and the board as it was at a past moment."""
