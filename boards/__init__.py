"""What a board is and what may happen to it. Knows nothing of HTTP, sessions, sockets or templates."""
