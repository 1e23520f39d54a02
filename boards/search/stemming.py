"""Reduce French words to their stems."""

from __future__ import annotations

import snowballstemmer  # type: ignore[import-untyped]  # it ships no types

stem = snowballstemmer.stemmer("french").stemWord
