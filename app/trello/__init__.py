"""Trello's board export, read without asking Trello anything: what becomes of each list, card and comment."""
