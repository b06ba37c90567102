"""What is compared, each a program: a JSON task is its argument, a JSON line its answer."""
