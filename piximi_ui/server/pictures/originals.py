"""Stored files of images, and the ways to their pixels: all lead through processes with limits.

Of a large file a pyramid is made the first time it is shown (`services.decoding.pyramids`); whoever
asks meanwhile waits for it. Boxes in the file's own numbers are there without one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from numpy.typing import NDArray

from piximi_core.annotation import cut_box
from piximi_core.annotation.regions import Box
from piximi_core.errors import BadInput, PiximiError
from piximi_core.project.files import ProjectFiles
from piximi_core.services.decoding.fair_decoders import Decoded, FairDecoders
from piximi_core.services.decoding.large import picked
from piximi_core.services.decoding.pyramids import PyramidMaker, looked_at, pyramid_folder

__all__ = ["Original", "Planes", "close_decoders", "recent", "warm_decoders"]

REMEMBERED_BYTES = 256_000_000

_LONGEST_WAIT = 60.0  # seconds for pixels that a thread needs


@dataclass(frozen=True)
class Original:
    """The stored file of one image, and the project's channel count for undeclared stacks."""

    project: Path
    path: Path
    channels: int | None

    @classmethod
    def find(cls, project: Path, sha256: str, channels: int | None) -> Original:
        """Find it by its content's hash; `FileNotFoundError` if there is none."""
        project = project.resolve()  # however it is named, it is the same
        folder = ProjectFiles(project).original(sha256, "").parent
        found = sorted(folder.glob(f"{sha256}.*"))
        if not found:
            raise FileNotFoundError(sha256)
        return cls(project, found[0], channels)

    async def decode(self, do: str, **more: Any) -> Decoded:
        """Have a decoder do a task with it; nothing goes on once this is cancelled.

        Only a pyramid that it needs is made to the end.
        """
        found = await self._decode(do, **more)
        if not found.facts.get("needs_pyramid"):
            return found
        making = _makers().make(self.project, self.path, self.channels)
        with contextlib.suppress(PiximiError, OSError):
            await asyncio.shield(asyncio.wrap_future(making))
            found = await self._decode(do, **more)
            if not found.facts.get("needs_pyramid"):
                return found
        # Without room for a pyramid it is shown as long as it fits into memory.
        return await self._decode(do, whole=True, **more)

    async def _decode(self, do: str, **more: Any) -> Decoded:
        decoders = _decoders()
        task = {"channels": self.channels, "pyramid": str(self._pyramid), **more}
        ticket = decoders.submit(self.project, do, self.path, **task)
        try:
            # Shielded, because others may wait for the same ticket.
            found = await asyncio.shield(asyncio.wrap_future(ticket.future))
        finally:
            decoders.leave(ticket)
        looked_at(self._pyramid)
        return found

    @property
    def _pyramid(self) -> Path:
        return pyramid_folder(self.project, self.path, self.channels)

    def share_prepared(self) -> float | None:
        """Return how far its pyramid is, 0…1; None where none is being made."""
        return _makers().share(self.project, self.path, self.channels)

    def cut(
        self, plane: int, box: Box, channels: Sequence[int] = (), every: int = 1
    ) -> NDArray[Any]:
        """Return the pixels ``[H, W, C]`` of a box in a plane, as the file has them.

        For threads that may wait; it must not be called where the server answers. What is left out
        never comes here.

        Parameters
        ----------
        channels
            Those that are wanted; all if none is named, or none of them is there.
        every
            Gives every n-th row and column.

        Raises
        ------
        PiximiError
            The file cannot be read, or not in time.
        """
        kept = recent.look_up(self, plane, whole=True)
        wanted = {"only": list(channels), "every": every}
        if kept is not None and 0 <= plane - kept.first < len(kept.pixels):
            return picked(cut_box(kept.pixels[plane - kept.first], box), wanted)
        decoders = _decoders()
        task = {
            "plane": plane,
            "box": list(box),
            "channels": self.channels,
            "pyramid": str(self._pyramid),
            "alone": True,
            **wanted,
        }
        ticket = decoders.submit(self.project, "planes", self.path, **task)
        try:
            found = ticket.future.result(timeout=_LONGEST_WAIT).pixels
        except TimeoutError as error:
            raise BadInput("The picture is still being read; try it again in a moment.") from error
        finally:
            decoders.leave(ticket)
        looked_at(self._pyramid)
        if found is None:
            raise BadInput("The image has no plane {plane}.", plane=plane + 1)
        pixels: NDArray[Any] = found[0]
        return pixels


_shared: list[FairDecoders] = []
_making: list[PyramidMaker] = []
_sharing = Lock()


def _decoders() -> FairDecoders:
    with _sharing:
        if not _shared:
            _shared.append(FairDecoders())
        return _shared[0]


def _makers() -> PyramidMaker:
    with _sharing:
        if not _making:
            _making.append(PyramidMaker())
        return _making[0]


def warm_decoders() -> None:
    """Start a decoder before the first picture is asked for."""
    _decoders().warm()


def close_decoders() -> None:
    """End all decoders; the next picture starts new ones."""
    with _sharing:
        while _shared:
            _shared.pop().close()
        while _making:
            _making.pop().close()


@dataclass(frozen=True, eq=False)
class Planes:
    """Some neighbouring planes of a picture, decoded.

    Attributes
    ----------
    pixels
        ``[Z, H, W, C]``.
    first, planes
        Which plane comes first, and how many the picture has.
    step
        1 for all pixels; n where blocks of n times n became one.
    """

    pixels: NDArray[Any]
    first: int
    planes: int
    step: int
    ranges: tuple[tuple[float, float], ...]
    colors: tuple[str | None, ...]


class _Recent:
    """The planes that were looked at last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[Original, int], Planes] = OrderedDict()

    def look_up(self, original: Original, plane: int, *, whole: bool = False) -> Planes | None:
        """Return what holds a plane, with all its pixels if that is asked for."""
        with self._lock:
            for key, kept in self._kept.items():
                holds = 0 <= plane - kept.first < len(kept.pixels) or plane >= kept.planes
                if key[0] == original and holds and (kept.step == 1 or not whole):
                    self._kept.move_to_end(key)
                    return kept
        return None

    def keep(self, original: Original, planes: Planes) -> None:
        """Keep planes, and let go of those that were not looked at for longest."""
        with self._lock:
            self._kept[original, planes.first] = planes
            sizes = [kept.pixels.nbytes for kept in self._kept.values()]
            while sum(sizes) > REMEMBERED_BYTES:
                self._kept.popitem(last=False)
                sizes.pop(0)


recent = _Recent()
"""The planes that were looked at last, of all projects."""
