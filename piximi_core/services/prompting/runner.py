"""A process that runs networks; it may die of their files, and nobody else does.

Run as ``python -m piximi_core.services.prompting.runner`` by `runners`. Each line of standard input
is a task in JSON, each line of the answer pipe what came of it, as of a decoder of pictures. Only
here onnxruntime is imported.
"""

from __future__ import annotations

import errno
import faulthandler
import io
import json
import os
import resource
import signal
import sys
import traceback
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from piximi_core.annotation.tools.prompting import (
    FAMILIES,
    Family,
    Frame,
    Prompt,
    Signature,
    candidates,
)
from piximi_core.errors import BadInput, PiximiError, shown
from piximi_core.messages import to_json
from piximi_core.services.decoding.kernel_limits import limit_memory, stand_back
from piximi_core.services.decoding.orphans import end_with_parent
from piximi_core.services.prompting.weights import read_checked

__all__ = ["main"]

Task = dict[str, Any]

_MOST_THREADS = 4


class _Running:
    """The network that was run last."""

    def __init__(self) -> None:
        self._state: object = None
        self._session: Any = None
        self._signature: Signature | None = None
        self._stands_back = False

    def stand_back(self) -> None:
        """Let others go first from now on: a look takes seconds, and nobody waits for each."""
        if not self._stands_back:
            self._stands_back = True
            stand_back()

    def open(self, path: Path) -> tuple[Any, Signature]:
        """Return what runs a file, and what it takes and gives."""
        state = (path, path.stat().st_mtime_ns, path.stat().st_size)
        if self._state == state and self._signature is not None:
            return self._session, self._signature
        self._state = self._session = self._signature = None
        signature = read_checked(path)
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = max(1, min(_MOST_THREADS, (os.cpu_count() or 2) - 1))
        options.log_severity_level = 4
        # Memory of one picture is not kept for the next: people look for minutes between them.
        options.enable_cpu_mem_arena = False
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._session, self._signature, self._state = session, signature, state
        return session, signature


class _Kept:
    """What an encoder made of the crop that was asked about last."""

    def __init__(self) -> None:
        self._state: object = None
        self._arrays: dict[str, NDArray[Any]] = {}

    def read(self, path: Path, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
        state = (path, path.stat().st_ino)
        if self._state != state:
            self._state = None
            try:
                with np.load(path, allow_pickle=False) as file:
                    self._arrays = {name: file[name] for name in names}
            except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
                path.unlink(missing_ok=True)
                raise BadInput("What the network saw is damaged; try it again.") from error
            self._state = state
        return self._arrays


_running, _kept = _Running(), _Kept()


def encode(task: Task) -> dict[str, Any]:
    """Look at the picture ``task["picture"]``; write what the decoder needs to ``task["copy"]``.

    That it could not be written is answered with the system's number of the error.
    """
    _running.stand_back()
    family = _family(task)
    session, signature = _running.open(Path(task["encoder"]))
    picture = np.load(task["picture"], allow_pickle=False)
    frame = family.frame(signature, task["height"], task["width"])
    size = (frame.inner[1], frame.inner[0])
    small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))
    names = list(family.outputs_of(signature))
    given = session.run(names, family.encoder_feed(signature, frame, small))
    packed = io.BytesIO()
    np.savez(packed, **dict(zip(family.kept, given, strict=True)))
    try:
        Path(task["copy"]).write_bytes(packed.getbuffer())
    except OSError as error:
        return {"unwritten": error.errno or errno.EIO}
    return {}


def decode(task: Task) -> dict[str, Any]:
    """Answer a prompt about what was looked at: the objects that may be meant."""
    family = _family(task)
    session, signature = _running.open(Path(task["decoder"]))
    frame: Frame = family.frame(read_checked(Path(task["encoder"])), task["height"], task["width"])
    asked = task["prompt"]
    prompt = Prompt(
        tuple(map(tuple, asked["inside"])),
        tuple(map(tuple, asked["outside"])),
        tuple(asked["box"]) if asked["box"] else None,
    )
    kept = _kept.read(Path(task["looked"]), family.kept)
    names = [family.masks, "iou_predictions"]
    given = session.run(names, family.decoder_feed(signature, frame, kept, prompt))
    masks, scores = family.answer(dict(zip(names, given, strict=True)))
    found = candidates(masks, scores, task["height"], task["width"], prompt)
    return {"candidates": [asdict(each) for each in found]}


def _family(task: Task) -> Family:
    return next(each for each in FAMILIES if each.key == task["family"])


def get_ready(task: Task) -> dict[str, Any]:
    """Read the decoder, so that the first prompt need not wait for that."""
    _running.open(Path(task["decoder"]))
    return {}


_TASKS: dict[str, Callable[[Task], dict[str, Any]]] = {
    "encode": encode,
    "decode": decode,
    "get_ready": get_ready,
}


def _answer(task: Task) -> dict[str, Any]:
    try:
        return _TASKS[task["do"]](task)
    except PiximiError as error:
        return {"error": error.message}
    except MemoryError:
        return {"error": _too_large(task).message}
    except Exception as error:
        traceback.print_exc()
        # onnxruntime has no class of its own for what it meets in a file.
        if "bad_alloc" in str(error) or "Failed to allocate" in str(error):
            return {"error": _too_large(task).message}
        return {
            "error": BadInput(
                "'{name}' cannot be run ({reason}); export it again, or use another.",
                name=task["name"],
                reason=shown(error, 160),
            ).message
        }


def _too_large(task: Task) -> BadInput:
    return BadInput(
        "'{name}' needs more memory than it may have; use a smaller network.", name=task["name"]
    )


def main(memory: int, seconds: float) -> None:
    """Answer tasks until there are no more."""
    # What libraries print must not be taken for answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    end_with_parent()  # before memory is counted, of which a thread takes some
    limit_memory(memory)
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        answer = _answer(json.loads(line))
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(f"{json.dumps(to_json(answer))}\n")
        answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
