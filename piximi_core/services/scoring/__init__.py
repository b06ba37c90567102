"""From stored things to what a classifier says of them."""
