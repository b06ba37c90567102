"""How good a run is, by the labels of this moment."""
