"""Annotation files: each format one module, which reads and writes it.

All speak one small model (`model`), and know nothing of projects.
"""
