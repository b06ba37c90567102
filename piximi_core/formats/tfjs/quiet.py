"""Keep advertisements, deprecations and advice of the model libraries off the person's screen."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Iterator

__all__ = ["quiet"]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Hold back what `tensorflowjs` and `tf_keras` print, warn and log; errors still raise."""
    # Its import shows a notebook advertisement, and fails without IPython, unless told not to.
    os.environ.setdefault("TFDF_DISABLE_WELCOME_MESSAGE", "1")
    logger = logging.getLogger("tensorflow")
    level = logger.level
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)
