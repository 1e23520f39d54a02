"""Define what a board is and what may happen to it, without HTTP."""
