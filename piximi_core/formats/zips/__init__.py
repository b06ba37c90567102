"""Zip files read with care and written fast, and whole projects in one."""
