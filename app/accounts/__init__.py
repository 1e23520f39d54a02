"""Manage people's accounts, passwords and preferences."""
