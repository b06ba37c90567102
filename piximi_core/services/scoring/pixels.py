"""From items to the arrays a network takes: read, scaled to 0…1, resized, cached per image."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from piximi_core.errors import BadInput, NoSpace, PiximiError
from piximi_core.images import to_unit
from piximi_core.messages import Message
from piximi_core.prefetch import DECODING_THREADS, work_ahead
from piximi_core.project.files import ProjectFiles, replace_atomically
from piximi_core.services.scoring.cutting import Cut, cut_object
from piximi_core.services.scoring.items import Item
from piximi_core.services.scoring.recent_pictures import RecentPictures, open_planes

__all__ = ["Batch", "fitted", "readable_batches", "require_readable", "training_arrays"]

_BATCH = 256
# Part of every cache key: raise it when reading, scaling or resizing changes.
_VERSION = 2

Shape = tuple[int, int, int]
Range = tuple[float, float]
FloatImage = NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """Some items as arrays, and those that cannot be read.

    Attributes
    ----------
    items, pixels
        What was read, and its float32 ``[N, H, W, C]``; both may be empty.
    failed
        (item, reason) of the others.
    """

    items: tuple[Item, ...]
    pixels: FloatImage
    failed: tuple[tuple[Item, str], ...]


def fitted(pixels: FloatImage, shape: Shape, name: str) -> FloatImage:
    """Return an image ``[H, W, C]`` in 0…1 at the size that a network takes.

    Raises
    ------
    BadInput
        It has another channel count than the network takes.
    """
    from piximi_core.classification.preprocess import resize

    height, width, wanted = shape
    if pixels.shape[-1] != wanted:
        raise BadInput(
            "{name} has {channels} channels, but the network takes {wanted}; set "
            "its input channels to those of the images, or leave that image out.",
            name=name[-80:],
            channels=pixels.shape[-1],
            wanted=wanted,
        )
    return np.asarray(resize(pixels, height, width), dtype=np.float32)


@dataclass(frozen=True)
class _Resizer:
    """Gives items at the network's size, from the cache where they were made before."""

    files: ProjectFiles
    shape: Shape
    float_range: Range | None
    keep: bool
    recent: RecentPictures = field(default_factory=RecentPictures)
    # By plane and channels; looking in vain is a fifth of the work on a small image.
    folders: dict[tuple[int, int], Path | None] = field(default_factory=dict)

    def __call__(self, item: Item) -> FloatImage:
        folder = self._folder(item)
        if folder is None:
            return self._read(item)
        cached = folder / item.file_sha256[:2] / f"{item.file_sha256}{_outline(item.cut)}.npy"
        try:
            kept: FloatImage = np.load(cached, allow_pickle=False)
            if kept.shape == self.shape:
                return kept
        except (OSError, ValueError, EOFError):
            pass  # not made yet, or cut short by a crash: the cache is made again
        pixels = self._read(item)
        if self.keep:
            with replace_atomically(cached, durable=False) as part, part.open("wb") as file:
                np.save(file, pixels, allow_pickle=False)
        return pixels

    def _folder(self, item: Item) -> Path | None:
        """Return where the cache has what is looked at of this item; None for nowhere."""
        looked_at = item.plane, item.read_channels
        if looked_at not in self.folders:
            key = json.dumps([_VERSION, *looked_at, self.float_range, self.shape])
            view = hashlib.sha256(key.encode()).hexdigest()[:12]
            folder = self.files.cache / "resized" / view
            self.folders[looked_at] = folder if self.keep or folder.is_dir() else None
        return self.folders[looked_at]

    def _read(self, item: Item) -> FloatImage:
        path, cut, channels = item.path(self.files), item.cut, item.read_channels or None
        if cut is None:
            with open_planes(path, name=item.name, channels=channels) as picture:
                plane = picture.plane(item.plane)
            unit = to_unit(plane, picture.bit_depth, self.float_range)
        else:
            with self.recent.boxes(path, name=item.name, channels=channels) as boxes:
                unit = cut_object(boxes, item.plane, cut, self.float_range)
        return fitted(unit, self.shape, item.name)


def _outline(cut: Cut | None) -> str:
    """Return what tells the crops of one image apart in the cache."""
    if cut is None:
        return ""
    text = json.dumps([cut.box, cut.as_piximi, cut.mask])
    return f"-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def readable_batches(
    items: Sequence[Item],
    files: ProjectFiles,
    shape: Shape,
    *,
    float_range: Range | None = None,
    keep: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Generator[Batch]:
    """Yield batches in the items' order, decoding ahead on threads; what cannot be read is told.

    Parameters
    ----------
    items
        What to read.
    shape
        Height, width and channels of the network's input.
    float_range
        The project's [low, high] for float images.
    keep
        Cache what is resized: worth its time only where it is read again, as in training.
    check
        Called before each batch; it raises to stop.
    """
    work = _Resizer(files, shape, float_range, keep)
    # The batch after the one that is taken is under way.
    ahead = work_ahead(work, items, ahead=2 * _BATCH, threads=DECODING_THREADS)
    with closing(ahead) as done:
        for _ in range(0, len(items), _BATCH):
            check()
            yield _gathered(islice(done, _BATCH), shape)


def require_readable(batches: Generator[Batch]) -> Iterator[FloatImage]:
    """Yield float32 ``[N, H, W, C]`` of each batch; one unreadable item ends it all.

    So trainings are fed, which could not be repeated if images fell out of them in silence.

    Raises
    ------
    BadInput
        The first item that cannot be read, by name, and why.
    """
    with closing(batches):
        for batch in batches:
            if batch.failed:
                raise BadInput.saying(batch.failed[0][1])
            yield batch.pixels


def _gathered(done: Iterable[tuple[Item, Future[FloatImage]]], shape: Shape) -> Batch:
    items: list[Item] = []
    pixels: list[FloatImage] = []
    failed: list[tuple[Item, str]] = []
    for item, future in done:
        try:
            pixels.append(future.result())
            items.append(item)
        except NoSpace:
            raise
        except PiximiError as error:
            failed.append((item, str(error)))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            failed.append(
                (
                    item,
                    Message(
                        "'{name}' cannot be read ({reason}); add the image again.",
                        name=item.name[-80:],
                        reason=reason,
                    ),
                )
            )
    stacked = np.stack(pixels) if pixels else np.zeros((0, *shape), np.float32)
    return Batch(tuple(items), stacked, tuple(failed))


@contextmanager
def training_arrays(
    items: Sequence[Item],
    files: ProjectFiles,
    shape: Shape,
    scratch: Path,
    *,
    float_range: Range | None = None,
    on_progress: Callable[[int, int], None],
    check: Callable[[], None],
) -> Iterator[FloatImage]:
    """Give all items as one memory-mapped float32 array ``[N, H, W, C]``, gone afterwards."""
    scratch.parent.mkdir(parents=True, exist_ok=True)
    try:
        # Memory maps are swapped by the system, so a project larger than memory trains too.
        whole = np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
            scratch, mode="w+", dtype=np.float32, shape=(max(len(items), 1), *shape)
        )
        at = 0
        batches = readable_batches(
            items, files, shape, float_range=float_range, keep=True, check=check
        )
        for pixels in require_readable(batches):
            whole[at : at + len(pixels)] = pixels
            at += len(pixels)
            on_progress(at, len(items))
        yield whole[: len(items)]
    finally:
        scratch.unlink(missing_ok=True)
