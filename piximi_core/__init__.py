"""Everything Piximi Dashboard does, without a browser."""

__version__ = "0.1.0"

__all__ = ["__version__"]
