"""Filter a board’s cards, and keep named filters."""
