"""How a project is kept: one SQLite file, its undo journal, lock and copies."""
