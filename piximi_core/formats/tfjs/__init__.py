"""Classifiers as TensorFlow.js layers models: written, checked, read, adopted."""
