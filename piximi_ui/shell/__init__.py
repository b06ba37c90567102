"""What stands around every page: sidebar, guide, preferences, help, style."""
