"""Work done ahead on threads while its results are taken in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

__all__ = ["DECODING_THREADS", "work_ahead"]

# For work that mostly waits, for the disk or for another process.
_THREADS = 4
# For work in this process: beyond the cores, threads of Python only take its lock from each other,
# which made small images take twice as long.
DECODING_THREADS = min(_THREADS, os.cpu_count() or 1)
_LOOK_SECONDS = 0.25

Item = TypeVar("Item")
Result = TypeVar("Result")


def work_ahead(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    ahead: int,
    threads: int = _THREADS,
    is_over: Callable[[], bool] = lambda: False,
) -> Generator[tuple[Item, Future[Result]]]:
    """Yield each item with its future, which has ended, in the items' order.

    At most ``ahead`` items are begun and not yet taken, so that a million items need no more
    memory than a few. What is not begun when the caller turns away is never begun.

    Parameters
    ----------
    work
        Called on a thread for each item; what it raises, the future's ``result()`` raises.
    items
        Taken one by one, in this thread.
    ahead
        How many are under way at once.
    threads
        How many do the work.
    is_over
        Asked again and again while waiting; once it says so, no more is yielded.
    """
    pool = ThreadPoolExecutor(threads)
    try:
        remaining = iter(items)
        waiting: deque[tuple[Item, Future[Result]]] = deque()
        while True:
            for item in islice(remaining, ahead - len(waiting)):
                waiting.append((item, pool.submit(work, item)))
            if not waiting or is_over():
                return
            item, future = waiting.popleft()
            while not future.done():
                wait([future], timeout=_LOOK_SECONDS)
                if is_over():
                    return
            yield item, future
    finally:
        pool.shutdown(cancel_futures=True)
