"""Reads .lab files: the word LAB1, three numbers (channels, height, width), then 16-bit pixels."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from piximi_core.images.description import Opened, describe_layout
from piximi_core.images.layout import layout_of, to_stack
from piximi_core.images.picture import Picture
from piximi_core.images.readers.registry import ImageReader
from piximi_core.images.request import ReadRequest

_NUMBERS = np.dtype("<u2")


@contextmanager
def open_lab(path: Path, request: ReadRequest) -> Iterator[Opened]:
    """Read the header, then the pixels when they are asked for."""
    with path.open("rb") as file:
        shape = tuple(map(int, np.frombuffer(file.read(16)[4:], "<u4")))
        request.check_size(shape, _NUMBERS.itemsize)
        layout = layout_of("CYX", shape, request)
        description = describe_layout("Lab", layout, _NUMBERS)

        def decode() -> Picture:
            pixels = np.fromfile(file, _NUMBERS).reshape(shape)
            return description.picture(to_stack(pixels, layout, request))

        yield Opened(description, decode)


READER = ImageReader("Lab", open_lab, matches=lambda head: head.startswith(b"LAB1"))
