"""Do the networks of ``PIXIMI_WEIGHTS`` work? Each is tried on a small picture."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from piximi_core.annotation.tools.prompting import Prompt
from piximi_core.errors import PiximiError
from piximi_core.services.prompting.prompter import Prompter, View
from piximi_core.services.prompting.weights import Network, find_networks, weights_folder

__all__ = ["try_networks"]

_LONGEST = 300.0  # seconds


def try_networks() -> Iterator[str]:
    """Yield what is found: each network, and whether it works; each file that is not used."""
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
            if not prompter.wait_for(view, lambda: picture, _LONGEST):
                return f"It did not look at a picture in {_LONGEST:g} s."
            looked = time.monotonic()
            prompt = Prompt(inside=((32.0, 32.0),))
            if prompter.ask(view, lambda: picture, prompt, patience=_LONGEST) is None:
                return "It did not answer."
            done = time.monotonic()
            first, second = looked - begun, done - looked
            return f"It works: {first:.1f} s to look at a picture, {second:.1f} s to answer."
    except PiximiError as error:
        return str(error)
    finally:
        prompter.close()
