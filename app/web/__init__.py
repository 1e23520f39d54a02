"""HTTP helpers that know nothing of the domain."""
