"""How good predictions are, in numbers that say how sure they are."""
