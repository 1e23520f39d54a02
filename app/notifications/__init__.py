"""Send digests and reminders by mail."""
