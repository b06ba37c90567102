"""Setting up TensorFlow in the process that trains or predicts."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any

__all__ = ["grow_gpu_memory", "import_quietly", "seed_everything"]


def import_quietly() -> Any:
    """Import TensorFlow without its lines on standard error; returns the module.

    Its libraries greet each other there from C++ ("Unable to register cuDNN factory"), before any
    log level holds, which reads like a failure to whoever called the command line. Real errors are
    exceptions and are not lost.
    """
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        with _silent_standard_error():
            import tensorflow

            tensorflow.config.list_physical_devices()
    import tensorflow as tf

    return tf


def seed_everything(seed: int, deterministic: bool) -> None:
    """Seed Python, NumPy and TensorFlow; on request allow repeatable operations only.

    TensorFlow cannot switch repeatable operations off again within a process, so once on they stay
    on; that costs little and changes no result.
    """
    import_quietly()
    import tensorflow as tf
    import tf_keras

    grow_gpu_memory()
    tf_keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()


def grow_gpu_memory() -> None:
    """Let TensorFlow take GPU memory as needed, instead of all of it at the first use."""
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        # A RuntimeError says that the GPU is in use already, with whatever was set before.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)


@contextlib.contextmanager
def _silent_standard_error() -> Iterator[None]:
    """Point file descriptor 2 at nothing for a while; works for C++ as well."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # standard error is closed, so it is silent already
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
