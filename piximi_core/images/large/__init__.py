"""Images that are never in memory as a whole: read by boxes, shown from levels of halved ones."""
