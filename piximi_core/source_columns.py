"""Columns of tables that tell where things come from, by the words that people use."""

from __future__ import annotations

__all__ = ["SOURCE_COLUMNS"]

SOURCE_COLUMNS = ("group", "source", "patient", "subject", "donor", "animal", "slide", "specimen")
"""The plainest first."""
