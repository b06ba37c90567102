"""What people noted beside the pixels: who drew what, locks, comments, and what is finished."""
