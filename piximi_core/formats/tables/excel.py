"""Tables that Excel opens right: without a mark of UTF-8 it reads them in its own code page.

The mark stands only where there is a letter beyond ASCII: without one both readings are equal, and
programs that do not know the mark find the first column under its name. Our readers pass over it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

__all__ = ["excel_bytes", "open_table"]

_MARK = b"\xef\xbb\xbf"
_CHUNK = 1 << 20


def excel_bytes(text: str) -> bytes:
    """Return a table as UTF-8, marked where that is needed."""
    content = text.encode("utf-8")
    return content if text.isascii() else _MARK + content


@contextmanager
def open_table(path: Path) -> Iterator[TextIO]:
    """Open a new file for the ``csv`` module to write; it gets its mark at the end."""
    with path.open("w", newline="", encoding="utf-8") as file:
        yield file
    if _is_ascii(path):
        return
    marked = path.with_name(f"{path.name}.marked")
    with path.open("rb") as source, marked.open("wb") as target:
        target.write(_MARK)
        shutil.copyfileobj(source, target, _CHUNK)
    marked.replace(path)


def _is_ascii(path: Path) -> bool:
    with path.open("rb") as file:
        return all(chunk.isascii() for chunk in iter(lambda: file.read(_CHUNK), b""))
