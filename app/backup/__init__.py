"""Back up, verify, restore and copy a town’s database."""
