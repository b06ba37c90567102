"""What the first visitors would wait for otherwise is done before the server answers."""

from __future__ import annotations

import gc
import importlib
import pkgutil

import piximi_ui

__all__ = ["warm_up"]

_MAIN = f"{piximi_ui.__name__}.main"  # Streamlit runs it


def warm_up() -> None:
    """Import all that pages draw with, and let the garbage collector leave it alone from then on.

    To look for garbage holds up everything else: 150 ms for the hundreds of thousands of objects
    that modules consist of, which never are any.
    """
    for module in pkgutil.walk_packages(piximi_ui.__path__, f"{piximi_ui.__name__}."):
        if module.name != _MAIN:
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()
