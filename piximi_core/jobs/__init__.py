"""Long work in worker processes: the only room that joins projects, formats and classification."""
