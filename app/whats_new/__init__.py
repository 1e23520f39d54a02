"""Show what is new to a person since their last visit."""
