"""The parts of the Images page, one module each."""
