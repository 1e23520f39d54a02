"""Inputs that nobody thought of: see tests/fuzz/README.md."""
