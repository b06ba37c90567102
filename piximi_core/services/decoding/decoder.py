"""One decoder: a process that reads foreign files and may die of them.

Run as ``python -m piximi_core.services.decoding.decoder`` by `decoders`. Each line of standard
input is a task in JSON, each line of the answer pipe what came of it. The kernel keeps the limits:
RLIMIT_AS the memory, an alarm the time. Both hold inside C code that never returns to Python, and
whatever has become of the process that asked. It also ends by itself when that process is gone.

macOS ignores RLIMIT_AS. There the size that a header promises is still refused before decoding, and
the time limit holds; a decoder that eats memory is ended by the system.
"""

from __future__ import annotations

import base64
import faulthandler
import json
import os
import resource
import sys
import traceback
import warnings
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.errors import NoSpace, PiximiError
from piximi_core.images import (
    Description,
    Picture,
    convert_channels,
    deidentify_dicom,
    describe,
    extension_for,
    pixel_hash,
    read_picture,
    safe_name,
    thumbnail,
)
from piximi_core.images.large.surveying import survey
from piximi_core.images.picture import ChannelsUnknown, TimeUnknown
from piximi_core.images.rendering import finite_range
from piximi_core.images.request import Reading, TooLarge
from piximi_core.messages import Message, to_json
from piximi_core.services.decoding import large, patience, showing
from piximi_core.services.decoding.kernel_limits import limit_memory, stand_back
from piximi_core.services.decoding.orphans import end_with_parent

__all__ = ["main"]

Task = dict[str, Any]


def take(task: Task) -> dict[str, Any]:
    """Decode a file whole; return what an import has to know of it, and its thumbnail.

    What is not kept as it was given is written to ``task["copy"]``: a DICOM file, which names a
    patient; a folder; one time point of several; what is converted to the project's channels.
    """
    in_parts = large.take(task)
    if in_parts is not None:
        return in_parts
    path, name, copy = Path(task["path"]), task["name"], Path(task["copy"])
    reading = Reading(**task["reading"])
    picture = read_picture(path, name=name, channels=reading.channels, time=reading.time)
    wanted = task["project_channels"] or picture.channels
    if picture.channels != wanted and not reading.convert:
        return {"other_channels": picture.channels}
    one_of_many = reading.time is not None and describe(path, name=name).times > 1
    if picture.channels != wanted or one_of_many or path.is_dir():
        # Rarely needed, and half of what a decoder's start would take.
        from piximi_core.formats.picture_tiff import write_picture

        picture = convert_channels(picture, wanted, name=f"'{safe_name(name)}'")
        write_picture(picture, copy)
        stack = _stack(describe(path, name=name), reading)
        stored = {"extension": "tif", "copied": True, "stack": stack}
    else:
        extension = extension_for(path, name=name)
        stored = {"extension": extension, "copied": extension == "dcm"}
        if stored["copied"]:
            deidentify_dicom(path, copy, name=name)
    return {**_facts(picture, reading.float_range), **stored}


def _stack(found: Description, reading: Reading) -> dict[str, Any]:
    """Return how the file was laid out that a copy is made of: ROIs of ImageJ count its pages."""
    channels = reading.channels or 1 if found.channels is None else 1
    planes = found.planes or found.frames // (channels * found.times)
    return {
        "channels": found.frames // (planes * found.times),
        "planes": planes,
        "times": found.times,
        "time": reading.time if isinstance(reading.time, int) and found.times > 1 else None,
    }


def _facts(picture: Picture, float_range: tuple[float, float] | None) -> dict[str, Any]:
    notes = list(picture.notes)
    if picture.is_float and float_range:
        low, high = float_range
        clipped = int(np.count_nonzero((picture.pixels < low) | (picture.pixels > high)))
        if clipped:
            notes.append(large.clipped_note(clipped, low, high))
    return {
        "planes": picture.planes,
        "height": picture.height,
        "width": picture.width,
        "channels": picture.channels,
        "bit_depth": picture.bit_depth,
        "dtype": str(picture.pixels.dtype),
        "pixel_size": asdict(picture.pixel_size) if picture.pixel_size else None,
        "colors": list(picture.channel_colors or ()),
        "notes": notes,
        "pixels": pixel_hash(picture.pixels),
        "float_range": finite_range(picture.pixels) if picture.is_float else None,
        "thumbnail": base64.b64encode(thumbnail(picture)).decode(),
    }


def read(task: Task) -> dict[str, Any]:
    """Decode a file; write its first plane, ``[1, H, W, C]``, as NumPy's format to a copy.

    Of a series the first time point is meant, as of a stack the first plane.
    """
    path, name, channels = Path(task["path"]), task["name"], task["channels"]
    notes: list[str] = []
    try:
        picture = read_picture(path, name=name, channels=channels)
    except TimeUnknown as several:
        picture = read_picture(path, name=name, channels=channels, time=1)
        notes.append(Message("the first of {times:,} time points taken", times=several.times))
    with Path(task["copy"]).open("wb") as file:
        np.save(file, picture.pixels[:1], allow_pickle=False)
    return {
        "planes": picture.planes,
        "bit_depth": picture.bit_depth,
        "notes": [*picture.notes, *notes],
        "colors": picture.channel_colors,
        "window": picture.window,
    }


def hash_pixels(task: Task) -> dict[str, Any]:
    """Return the pixel hash of a stored file."""
    in_parts = large.find(task)
    if in_parts is not None:
        return {"pixels": survey(in_parts.parts, watch=patience.go_on).pixel_hash}
    picture = read_picture(Path(task["path"]), name=task["name"], channels=task["channels"])
    return {"pixels": pixel_hash(picture.pixels)}


def look(task: Task) -> dict[str, Any]:
    """Return what a file's header says, nothing decoded."""
    found = describe(Path(task["path"]), name=task["name"])
    return {**asdict(found), "question": found.question}


_TASKS: dict[str, Callable[[Task], dict[str, Any]]] = {
    "look": look,
    "read": read,
    "take": take,
    "hash": hash_pixels,
    "thumb": showing.thumb,
    "levels": showing.levels,
    "planes": showing.planes,
    "pyramid": large.pyramid,
}


def _answer(task: Task) -> dict[str, Any]:
    shown = f"'{safe_name(task['name'])}'"
    try:
        return _TASKS[task["do"]](task)
    except ChannelsUnknown as error:
        return {"error": str(error), "frames": error.frames}
    except TimeUnknown as error:
        return {"error": str(error), "times": error.times}
    except NoSpace as error:
        return {"error": str(error), "full": True}
    except TooLarge as error:
        return {"error": str(error), "large": True}
    except PiximiError as error:
        return {"error": str(error)}
    except MemoryError:
        return {
            "error": Message("{shown} does not fit into memory; crop or shrink it.", shown=shown),
            "large": True,
        }
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return {
            "error": Message(
                "{shown} cannot be read ({reason}); check the file.", shown=shown, reason=reason
            )
        }
    except Exception:
        traceback.print_exc()
        return {"error": Message("{shown} is damaged; copy or export it again.", shown=shown)}


def main(memory: int, seconds: float) -> None:
    """Answer tasks until there are no more."""
    stand_back()
    # What libraries print must not be taken for answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    end_with_parent()  # before memory is counted, of which a thread takes some
    limit_memory(memory)
    for line in sys.stdin:
        patience.begin(seconds)
        answer = _answer(json.loads(line))
        patience.end()
        answers.write(f"{json.dumps(to_json(answer))}\n")
        answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
