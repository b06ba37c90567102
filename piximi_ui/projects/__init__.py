"""What the list of projects is made of."""
