"""What the axes of an array mean that says nothing about them (NumPy, plain Zarr)."""

from __future__ import annotations

from piximi_core.messages import Message

from ..request import ReadRequest

__all__ = ["guessed_axes"]

# More samples than a camera or a microscope has; fewer rows than a picture has.
_MOST_CHANNELS = 8


def guessed_axes(shape: tuple[int, ...], request: ReadRequest) -> tuple[str, tuple[str, ...]]:
    """Name the axes of an array by its shape alone.

    Returns
    -------
    tuple
        One letter per axis (Q for frames that are planes or channels, which has to be asked), and
        a phrase that says what was taken for what, where another reading is possible.

    Raises
    ------
    BadInput
        Fewer than two axes, or more than a picture has.
    """
    if len(shape) == 2:
        return "YX", ()
    if len(shape) == 3:
        if shape[2] <= _MOST_CHANNELS < min(shape[:2]):
            return "YXC", (Message("axes taken as height, width, channel"),)
        if shape[2] in (1, 3, 4) and shape[0] not in (1, 3, 4):
            return "YXC", (Message("axes taken as height, width, channel"),)
        return "QYX", ()
    if len(shape) == 4:
        if shape[3] <= _MOST_CHANNELS:
            return "ZYXC", (Message("axes taken as plane, height, width, channel"),)
        if shape[1] <= _MOST_CHANNELS:
            return "ZCYX", (Message("axes taken as plane, channel, height, width"),)
    raise request.problem(
        Message(
            "has {count} axes ({sizes}) and does not say what they mean; "
            "save it as height x width x channel.",
            count=len(shape),
            sizes="x".join(map(str, shape[:8])),
        )
    )
