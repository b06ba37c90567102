"""Ready projects to try the program with, and its check of itself."""
