"""Jobs on pages: how far, what they wait for, what came of them."""
