"""Classifiers of the project: chosen, and brought in from elsewhere."""
