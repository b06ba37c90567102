"""What is in a project: images, objects, kinds, categories, labels, runs."""
