"""Render a board, its cards and columns, and dispatch the commands that change them."""
