"""Record changes, read them back and rebuild the past from them."""
