"""What annotation services add to the names of the pictures that were given to them.

Label Studio puts eight signs before a name (``a1b2c3d4-img.png``), Roboflow makes ``img_png.rf.``,
a hash and ``.jpg`` of it.
"""

from __future__ import annotations

import re

__all__ = ["undecorated"]

_LABEL_STUDIO = re.compile(r"(?P<sign>[0-9a-f]{8})-(?P<name>.+)", re.DOTALL)
_DATE = re.compile(r"(19|20)\d\d(0\d|1[0-2])([0-2]\d|3[01])")
_ROBOFLOW = re.compile(
    r"(?P<stem>.+)[_-](?P<suffix>jpe?g|png|bmp|tiff?|webp|gif)\.rf\.[0-9A-Za-z]{8,64}(\.\w{1,5})?",
    re.DOTALL | re.IGNORECASE,
)


def undecorated(base: str) -> str:
    """Return the base name that a picture had before a service named it; else the same.

    Examples
    --------
    >>> undecorated("a1b2c3d4-img.png"), undecorated("img_png.rf.0123456789abcdef.jpg")
    ('img.png', 'img.png')
    """
    roboflow = _ROBOFLOW.fullmatch(base)
    if roboflow:
        return f"{roboflow['stem']}.{roboflow['suffix']}"
    signed = _LABEL_STUDIO.fullmatch(base)
    # Many a microscope begins its names with the date, which tells one picture from another.
    if signed and not _DATE.fullmatch(signed["sign"]):
        return signed["name"]
    return base
