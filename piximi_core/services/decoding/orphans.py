"""A child process that ends with the process that started it, whatever becomes of that one."""

from __future__ import annotations

import os
import threading
import time

__all__ = ["end_with_parent"]

_SECONDS = 1.0


def end_with_parent(seconds: float = _SECONDS) -> None:
    """End this process soon after its parent is gone, also in the middle of a task.

    Who waits for tasks learns it from the pipe. Who is at work on one would go on for minutes, and
    write gigabytes that nobody asks for. Linux has a signal for this, but sends it as soon as the
    thread ends that started the child, though its process lives on.

    Parameters
    ----------
    seconds
        How often it is looked whether the parent lives.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(seconds)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
