"""The one way from a file to a picture, and to what its header says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from piximi_core.errors import PiximiError
from piximi_core.messages import Message

from .description import Description, Opened
from .detect import extension_for
from .large.parts import Parts
from .naming import safe_name
from .picture import ChannelsUnknown, Picture, TimeUnknown
from .readers.registry import READERS
from .request import ReadRequest, TooLarge, allowed_bytes

__all__ = ["describe", "open_parts", "read_picture"]


def describe(path: Path, *, name: str | None = None, max_bytes: int | None = None) -> Description:
    """Say what an image file holds, from its header: nothing is decoded.

    Parameters
    ----------
    path, name, max_bytes
        As in `read_picture`.

    Returns
    -------
    Description
        Agrees with what `read_picture` gives, but for DICOM with a rescale: its numbers may
        turn out to need 32 bits instead of 16.

    Raises
    ------
    BadInput
        What keeps the file from being read, as far as its header shows it, in one sentence.
    """
    # Large files are told from small ones by what they say, and read in parts.
    with _opened(path, name, max_bytes, in_parts=True) as (opened, _):
        return opened.description


def read_picture(
    path: Path,
    *,
    name: str | None = None,
    channels: int | None = None,
    time: int | Literal["planes"] | None = None,
    max_bytes: int | None = None,
) -> Picture:
    """Read an image file of any supported format.

    Parameters
    ----------
    path
        The file, or the folder of a Zarr. Its format is told from its first bytes, never from
        its name.
    name
        What to call the file in errors; its own name by default. Never used as a path.
    channels
        How to split a stack that does not declare channels: frames run channel-fastest
        (``z0c0, z0c1, …, z1c0, …``). Ignored for files that declare their channels.
    time
        Which time point to read, counted from 1; ``"planes"`` takes every time point as further
        planes. Ignored for files with one.
    max_bytes
        Cap on the decoded size; by default ``PIXIMI_MAX_IMAGE_BYTES``, else 2 GiB.

    Returns
    -------
    Picture
        Pixels ``[Z, H, W, C]`` in the file's own numbers.

    Raises
    ------
    ChannelsUnknown
        A stack without declared channels, and ``channels`` is None.
    TimeUnknown
        Several time points, and ``time`` is None.
    BadInput
        Anything else that keeps the file from being read, in one sentence.
    """
    with _opened(path, name, max_bytes, channels, time) as (opened, request):
        _require_answers(opened.description, request)
        return opened.decode()


@contextmanager
def open_parts(
    path: Path,
    *,
    name: str | None = None,
    channels: int | None = None,
    max_bytes: int | None = None,
) -> Iterator[tuple[Description, Parts | None]]:
    """Open an image file to read it piece by piece.

    Parameters
    ----------
    path, name, channels, max_bytes
        As in `read_picture`; eight times ``max_bytes`` are allowed.

    Yields
    ------
    tuple
        What the header says, and the way to the pixels; None where the format or the file has to
        be read whole.

    Raises
    ------
    BadInput
        As `read_picture`, now or while parts are read.
    """
    with _opened(path, name, max_bytes, channels, in_parts=True) as (opened, request):
        _require_answers(opened.description, request)
        yield opened.description, opened.parts() if opened.parts else None


@contextmanager
def _opened(
    path: Path,
    name: str | None,
    max_bytes: int | None,
    channels: int | None = None,
    time: int | Literal["planes"] | None = None,
    in_parts: bool = False,
) -> Iterator[tuple[Opened, ReadRequest]]:
    """Open a file and turn whatever goes wrong, then and later, into one sentence."""
    request = ReadRequest(
        name=safe_name(name if name is not None else path.name),
        channels=channels,
        max_bytes=allowed_bytes() if max_bytes is None else max_bytes,
        time=time,
        in_parts=in_parts,
    )
    if channels is not None and channels < 1:
        raise request.problem(
            Message("cannot be split into {channels} channels; give 1 or more.", channels=channels)
        )
    reader = READERS.find(extension_for(path, name=name))
    try:
        with reader.open(path, request) as opened:
            yield opened, request
    except PiximiError:
        raise
    except MemoryError as error:
        raise request.problem(
            Message("does not fit into memory; crop or shrink it."), TooLarge
        ) from error
    except Exception as error:
        # Decoders meet bytes that no one foresaw and raise anything at all on them; to the
        # person each of these means the same.
        raise request.problem(
            Message(
                "is damaged or not a complete {reader} file; copy or export it again.",
                reader=reader.title,
            )
        ) from error


def _require_answers(description: Description, request: ReadRequest) -> None:
    """Refuse to guess what the file does not say and nobody answered."""
    frames, times = description.frames, description.times
    if times > 1 and request.time is None:
        raise TimeUnknown(
            Message(
                "'{request}' holds {times} time points, and a picture has one; say which one, "
                "or take all as planes.",
                request=request.name,
                times=times,
            ),
            times,
        )
    if isinstance(request.time, int) and times > 1 and not 1 <= request.time <= times:
        raise request.problem(
            Message(
                "has {times} time points, no number {time}; give one from 1 to {times}.",
                times=times,
                time=request.time,
            )
        )
    if description.channels is None and request.channels is None:
        raise ChannelsUnknown(
            Message(
                "'{request}' is a stack of {frames} frames that does not say how many channels "
                "it has; say how many.",
                request=request.name,
                frames=frames,
            ),
            frames,
        )
    if description.channels is None and frames % (request.channels or 1):
        raise request.problem(
            Message(
                "has {frames} frames, which cannot be split into {channels} channels; "
                "give a number that divides them.",
                frames=frames,
                channels=request.channels,
            )
        )
