"""Is this installation sound? Versions, device, and one tiny training with its export."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from piximi_core import __version__
from piximi_core.classification.choices import NETWORKS
from piximi_core.classification.settings import ModelSettings
from piximi_core.formats.annotations.registry import FORMATS
from piximi_core.images.readers.registry import READERS
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.project.database.store import create_store
from piximi_core.project.workspace import workspace
from piximi_core.services.classifiers import export
from piximi_core.services.examples.digits import add_digits
from piximi_core.services.prompting.trying import try_networks
from piximi_core.services.training import train

__all__ = ["examine"]

_LIBRARIES = ("tensorflow", "tf-keras", "tensorflowjs", "streamlit", "dask", "numpy", "onnxruntime")


def examine() -> Iterator[str]:
    """Yield one line per finding; a fault raises, with its own sentence."""
    yield f"Piximi Dashboard {__version__}, Python {platform.python_version()}"
    yield ", ".join(f"{library} {version(library)}" for library in _LIBRARIES)
    yield f"Workspace: {workspace()}"
    from piximi_core.classification.device import describe_device

    device = describe_device()
    yield f"Device: {device.kind} ({device.name}). {device.reason} {device.advice}".rstrip()
    yield from try_networks()
    yield from _plug_ins()
    with tempfile.TemporaryDirectory(prefix="piximi-doctor-") as room:
        store = create_store(Path(room) / "doctor", "Doctor")
        add_digits(store, limit=100)
        settings = ModelSettings(input_shape=(20, 20, 1), epochs=2, name="Doctor")
        trained = run_here(store, train.ask(store, settings))
        yield f"Training works: {trained.images_per_second:,.0f} images per second."
        run = find_run(store, "latest")
        exported = run_here(store, export.ask(store, run, "piximi"))
        yield f"Export works: largest difference {exported.difference:.2g}."
        store.close()
    yield "All is well."


def _plug_ins() -> Iterator[str]:
    """Say what installed packages add, and what of it is left out."""
    found = [(kind, one) for kind in (READERS, NETWORKS, FORMATS) for one in kind.plug_ins()]
    if not found:
        yield "Plug-ins: none."
    for kind, one in found:
        state = f"is left out: {one.problem}." if one.problem else "can be used."
        yield f"Plug-in: the {kind.what} {one.name!r} of {one.package} {state}"
