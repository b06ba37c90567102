"""What the program can do, by subject; the only room that joins the others."""
