"""Keep what belongs to one person: column order, unread marks, read receipts, reminders."""
