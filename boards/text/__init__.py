"""Normalize, sanitize and compare texts."""
