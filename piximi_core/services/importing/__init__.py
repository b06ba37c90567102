"""Files become images of a project."""
