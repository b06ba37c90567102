"""The machine and the versions that the figures belong to."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from benchmarks.chromium import find_chromium

__all__ = ["describe", "load"]

_LIBRARIES = ("tensorflow", "tf-keras", "numpy", "pillow", "streamlit", "sqlalchemy")


def describe() -> list[str]:
    """Return the machine as lines of a list: processor, memory, system, versions."""
    memory = psutil.virtual_memory().total / 2**30
    return [
        f"Processor: {_processor()}, {_cores()} cores, {memory:.0f} GB of memory",
        f"Graphics: {_graphics()}",
        f"System: {platform.system()} {platform.release()} on {platform.machine()}",
        f"Python {platform.python_version()}; {', '.join(_versions())}",
        f"Browser: {_browser()}",
    ]


def load() -> float:
    """Return how many processes wanted a core during the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    details = Path("/proc/cpuinfo")
    if details.exists():
        text = details.read_text(encoding="utf-8", errors="replace")
        found = dict(re.findall(r"^(model name|cpu family|model)\s*: (.+)$", text, re.MULTILINE))
        if "model name" in found:
            family = f"family {found.get('cpu family')}, model {found.get('model')}"
            return f"{found['model name']} ({family})"
    if platform.system() == "Darwin":
        return _output("sysctl", "-n", "machdep.cpu.brand_string")
    return platform.processor() or platform.machine()


def _cores() -> int:
    # A container or a batch system may lend fewer cores than the machine has.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _graphics() -> str:
    return _output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader") or "none"


def _versions() -> list[str]:
    found = []
    for library in _LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            continue
    return found


def _browser() -> str:
    chromium = find_chromium()
    return (_output(chromium, "--version") if chromium else "") or "none"


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
