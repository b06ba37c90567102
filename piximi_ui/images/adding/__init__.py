"""Images come in: the dialog, what it asks, and what came of it."""
