"""Finding cards by their words."""
