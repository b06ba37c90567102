"""Words and numbers in the language that a person reads."""
