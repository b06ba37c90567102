"""Make the projects that are measured; no competitors."""
