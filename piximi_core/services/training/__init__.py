"""From labels and settings to a trained classifier."""
