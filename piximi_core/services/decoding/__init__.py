"""Foreign files read in processes of their own, for imports and for the pages."""
