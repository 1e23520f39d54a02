"""Measure the product: one module per question, each answer beside its floor (README.md)."""
