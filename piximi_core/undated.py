"""Files in zips without the moment of writing: equal content gives equal zips, whenever packed."""

from __future__ import annotations

import zipfile

__all__ = ["undated"]

# The first moment that a zip can hold.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def undated(name: str, method: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    """Return what a zip says of a file of this name, which everyone may read."""
    info = zipfile.ZipInfo(name, _NO_DATE)
    info.compress_type = method
    info.create_system, info.external_attr = _UNIX, 0o644 << 16
    return info
