"""Import boards from Trello’s JSON export, without calling Trello."""
