"""Pages for facilitators: people, services, boards, rights, the administrative log."""
