"""File formats: one format, one module, read and write together.

Nothing here imports TensorFlow until a classifier is written or read.
"""
