"""What is measured, one subject each."""
