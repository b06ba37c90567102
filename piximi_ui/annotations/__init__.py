"""Annotations of other programs: their import and their export."""
