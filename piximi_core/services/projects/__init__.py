"""Projects as a whole: archives, copies, the bin, recovery."""
