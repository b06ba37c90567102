"""The pictures read last, decoded: many objects of one image read its file once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Lock

from cachetools import LRUCache

from piximi_core.images import Picture, read_picture

__all__ = ["RecentPictures"]

_KEPT_BYTES = 256_000_000

_Key = tuple[Path, int | None]


class RecentPictures:
    """Reads pictures, and keeps the last ones while some work goes on; for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: LRUCache[_Key, Picture] = LRUCache(
            _KEPT_BYTES, getsizeof=lambda picture: picture.pixels.nbytes
        )
        # Threads that want the same picture wait for each other instead of reading it twice.
        self._reading = [Lock() for _ in range(16)]

    def read(self, path: Path, *, name: str, channels: int | None) -> Picture:
        """Return a picture as `read_picture` does; the arguments are its own."""
        key = (path, channels)
        with self._reading[hash(key) % len(self._reading)]:
            with self._lock:
                found = self._kept.get(key)
                if found is not None:
                    return found
            picture = read_picture(path, name=name, channels=channels)
            with self._lock, suppress(ValueError):  # it alone is larger than what is kept
                self._kept[key] = picture
            return picture
