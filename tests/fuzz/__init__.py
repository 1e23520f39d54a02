"""Tests with generated inputs: see tests/fuzz/README.md."""
