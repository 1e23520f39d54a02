"""What each person looks after themselves: profile, password, open sessions, tokens, their data."""
