"""What keeps projects whole: recovery, the bin, databases from outside."""
