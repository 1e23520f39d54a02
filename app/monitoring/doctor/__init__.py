"""Check an installation: each function yields findings with what to do about them."""
