"""Limits that the kernel keeps for a child process, whatever the code in it does."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path

__all__ = ["limit_memory", "stand_back"]


def limit_memory(more: int) -> None:
    """Allow so many bytes beyond what is taken now; nothing happens where there is no /proc."""
    with suppress(FileNotFoundError):
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + more, taken + more))


def stand_back() -> None:
    """Let the programs that people wait for go first, and the system end us before it ends them."""
    os.nice(5)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")
