"""Whole projects of Piximi, opened and saved."""
