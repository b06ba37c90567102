"""Which processor TensorFlow will use, and what to do if that is not the one expected."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from piximi_core.messages import Message

__all__ = ["Device", "describe_device"]


@dataclass(frozen=True)
class Device:
    """What training runs on.

    Attributes
    ----------
    kind
        "CPU" or "GPU".
    name
        The model, as the machine calls it.
    reason
        One sentence: why this device.
    advice
        One sentence on what would give a GPU; empty when there is nothing to do.
    """

    kind: str
    name: str
    reason: str
    advice: str


def describe_device() -> Device:
    """Ask TensorFlow for its devices and explain the answer.

    Imports TensorFlow, so call it in a worker.
    """
    from piximi_core.classification.runtime import grow_gpu_memory, import_quietly

    tf = import_quietly()
    grow_gpu_memory()
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        name = str(details.get("device_name", "GPU"))
        more = Message(" and {count} more", count=len(gpus) - 1) if len(gpus) > 1 else ""
        return Device(
            "GPU", name, Message("TensorFlow found {name}{more}.", name=name, more=more), ""
        )
    reason, advice = _why_no_gpu(bool(tf.test.is_built_with_cuda()))
    return Device("CPU", _cpu_name(), reason, advice)


def _why_no_gpu(built_with_cuda: bool) -> tuple[str, str]:
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
    if platform.system() == "Darwin":
        return (Message("TensorFlow uses the CPU on a Mac."), "")
    if hidden is not None and hidden.strip() in ("", "-1"):
        return (
            Message("The GPU is hidden by the environment variable CUDA_VISIBLE_DEVICES."),
            Message("Unset CUDA_VISIBLE_DEVICES and start again."),
        )
    if not _has_nvidia_driver():
        return (
            Message("No NVIDIA driver was found."),
            Message(
                "If this machine has an NVIDIA GPU, install its driver and run scripts/run again."
            ),
        )
    if not built_with_cuda:
        return (
            Message("There is an NVIDIA driver, but this TensorFlow was built without CUDA."),
            Message("Run scripts/run again: it installs the requirements for GPUs."),
        )
    return (
        Message("There is an NVIDIA driver, but TensorFlow cannot load the CUDA libraries."),
        Message(
            "Run scripts/run again: it installs the requirements for GPUs (requirements-gpu.txt)."
        ),
    )


def _has_nvidia_driver() -> bool:
    # The last is how Windows shows its GPU to Linux programs under WSL2.
    signs = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/usr/lib/wsl/lib/libcuda.so.1")
    return any(Path(sign).exists() for sign in signs)


def _cpu_name() -> str:
    """The processor's name, with its number of cores."""
    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    return f"{name}, {os.cpu_count()} cores"
