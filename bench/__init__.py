"""Benchmarks: one module for each question, every answer measured beside its floor in the same run. See README.md."""
