"""Classifiers that leave the project or come into it."""
