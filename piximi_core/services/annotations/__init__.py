"""Outlines, labels and objects of other programs, read and written."""
