"""Describe the one town that a database serves: its name and particulars."""
