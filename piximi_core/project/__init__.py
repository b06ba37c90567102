"""The data model of a project: its SQLite store, its undo history, the workspace of projects."""
