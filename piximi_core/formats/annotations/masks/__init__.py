"""Objects as pixels: label images and masks, alone and in zips."""
