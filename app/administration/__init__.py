"""Pages of the facilitators: people, services, the administrative log."""
