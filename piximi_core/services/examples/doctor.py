"""Is this installation sound? Versions, device, and one tiny training with its export."""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np

from piximi_core import __version__
from piximi_core.annotation.tools.prompting import Prompt
from piximi_core.classification.choices import NETWORKS
from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import PiximiError
from piximi_core.formats.annotations.registry import FORMATS
from piximi_core.images.readers.registry import READERS
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.project.database.store import create_store
from piximi_core.project.workspace import workspace
from piximi_core.services.classifiers import export
from piximi_core.services.examples.digits import add_digits
from piximi_core.services.prompting.prompter import Prompter, View
from piximi_core.services.prompting.weights import Network, find_networks, weights_folder
from piximi_core.services.training import train

__all__ = ["examine"]

_LIBRARIES = ("tensorflow", "tf-keras", "tensorflowjs", "streamlit", "dask", "numpy", "onnxruntime")
_NETWORK_SECONDS = 300.0


def examine() -> Iterator[str]:
    """Yield one line per finding; a fault raises, with its own sentence."""
    yield f"Piximi Dashboard {__version__}, Python {platform.python_version()}"
    yield ", ".join(f"{library} {version(library)}" for library in _LIBRARIES)
    yield f"Workspace: {workspace()}"
    from piximi_core.classification.device import describe_device

    device = describe_device()
    yield f"Device: {device.kind} ({device.name}). {device.reason} {device.advice}".rstrip()
    yield from _networks()
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


def _networks() -> Iterator[str]:
    """Say which networks can answer smart tools, and try each on a small picture."""
    folder = weights_folder()
    if folder is None:
        yield "Networks for smart tools: none, as PIXIMI_WEIGHTS names no folder."
        return
    found = find_networks()
    if not found.networks:
        yield f"Networks for smart tools: none in {folder}."
    for network in found.networks:
        files = f"{network.encoder.name} + {network.decoder.name}"
        yield f"Network for smart tools: {network.name} ({network.family.name}; {files})."
        yield f"  {_tried(network)}"
    for sentence in found.refused:
        yield f"Not used: {sentence}"


def _tried(network: Network) -> str:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[16:48, 16:48] = 255
    prompter = Prompter()
    try:
        with tempfile.TemporaryDirectory(prefix="piximi-doctor-") as room:
            view = View(network, Path(room), "0" * 64, None, 0, (0, 0, 64, 64))
            begun = time.monotonic()
            if not prompter.wait_for(view, lambda: picture, _NETWORK_SECONDS):
                return f"It did not look at a picture in {_NETWORK_SECONDS:g} s."
            looked = time.monotonic()
            prompt = Prompt(inside=((32.0, 32.0),))
            if prompter.ask(view, lambda: picture, prompt, patience=_NETWORK_SECONDS) is None:
                return "It did not answer."
            done = time.monotonic()
            first, second = looked - begun, done - looked
            return f"It works: {first:.1f} s to look at a picture, {second:.1f} s to answer."
    except PiximiError as error:
        return str(error)
    finally:
        prompter.close()


def _plug_ins() -> Iterator[str]:
    """Say what installed packages add, and what of it is left out."""
    found = [(kind, one) for kind in (READERS, NETWORKS, FORMATS) for one in kind.plug_ins()]
    if not found:
        yield "Plug-ins: none."
    for kind, one in found:
        state = f"is left out: {one.problem}." if one.problem else "can be used."
        yield f"Plug-in: the {kind.what} {one.name!r} of {one.package} {state}"
