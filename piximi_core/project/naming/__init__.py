"""What images are called, and what their names tell."""
