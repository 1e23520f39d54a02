"""Let people manage their own profile, password, sessions, tokens and data."""
