"""What commands are made of; none of them is here: arguments, files, addresses, late imports."""
