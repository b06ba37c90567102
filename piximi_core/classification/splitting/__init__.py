"""Which things are learned from, and which are kept to judge by."""
