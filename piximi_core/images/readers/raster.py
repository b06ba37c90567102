"""PNG, JPEG, BMP, GIF and WebP, through Pillow; 16-bit colour PNG through imagecodecs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from piximi_core.messages import Message

from ..description import Opened, describe_layout
from ..layout import Layout
from ..picture import Picture, PixelArray
from ..request import ReadRequest
from .palettes import brightest_color, is_one_color
from .raster_headers import gif_is_grey, png_exif

__all__ = ["exif_orientation", "open_raster", "turn_upright"]

_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
_SHOWN = {"MPO": "JPEG", "WEBP": "WebP"}
_MOVING = frozenset({"PNG", "GIF", "WEBP"})
_ORIENTATION = 0x0112
_GREY_ALPHA, _RGB, _RGBA = 4, 2, 6
_STEPS = np.arange(256)
_PALETTE_NOTE = Message("palette turned into RGB")
_COLOR_NOTE = Message("colour table kept as the channel's colour, values as stored")

Convert = Callable[[Image.Image], PixelArray]


@dataclass(frozen=True)
class _Plan:
    """How each frame becomes ``[H, W, channels]``, and what is said about it."""

    channels: int
    convert: Convert
    notes: Sequence[str] = ()
    dtype: type[np.uint8] | type[np.uint16] = np.uint8
    colors: tuple[str, ...] | None = None
    moves: bool = True


@contextmanager
def open_raster(path: Path, request: ReadRequest) -> Iterator[Opened]:
    """Open a PNG, JPEG, BMP, GIF or WebP file.

    One channel for grey, three for colour; palettes that hold greys only are grey. 16 bit for
    16-bit PNG, else 8. Turned upright by its EXIF orientation; one-bit images become 0 and 255;
    the frames of a moving picture become planes.

    Parameters
    ----------
    path
        The file; only these formats are tried.
    request
        Name for errors, and the cap on the decoded size.
    """
    try:
        with Image.open(path, formats=_FORMATS) as image:
            yield _opened(image, path, request)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(request) from error


def _opened(image: Image.Image, path: Path, request: ReadRequest) -> Opened:
    frames = getattr(image, "n_frames", 1) if image.format in _MOVING else 1
    width, height = image.size
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and width * height > limit:
        raise _too_many_pixels(request)
    request.check_size((frames, height, width, len(image.getbands())), 2)
    plan = _planned(image, path)
    notes = list(plan.notes)
    if frames > 1 and not plan.moves:
        notes.append(Message("only the first of {frames} frames was read", frames=frames))
        frames = 1
    elif frames > 1:
        notes.append(Message("{frames} frames taken as planes", frames=frames))
    orientation = exif_orientation(lambda: _exif(image, path))
    if orientation != 1:
        notes.append(Message("turned upright by its EXIF orientation"))
    upright = (width, height) if orientation >= 5 else (height, width)
    layout = Layout("ZYX", (frames, *upright)).with_samples(plan.channels)
    name = _SHOWN.get(image.format or "", image.format or "")
    description = describe_layout(name, layout, np.dtype(plan.dtype), notes=notes)

    def decode() -> Picture:
        stack = np.empty((frames, *upright, plan.channels), plan.dtype)
        for frame in range(frames):
            if frames > 1:
                image.seek(frame)
            pixels = plan.convert(image)
            stack[frame] = turn_upright(
                pixels.reshape(*pixels.shape[:2], plan.channels), orientation
            )
        return description.picture(stack, channel_colors=plan.colors)

    return Opened(description, decode)


def _too_many_pixels(request: ReadRequest) -> Exception:
    return request.problem(
        Message(
            "has more than {max_image_pixels:,} pixels; crop it or save it as TIFF.",
            max_image_pixels=Image.MAX_IMAGE_PIXELS or 0,
        )
    )


def _planned(image: Image.Image, path: Path) -> _Plan:
    """Choose what to do by the mode that the header gives."""
    mode = image.mode
    if image.format == "PNG" and (kind := _sixteen_bit_color(path)) is not None:
        return _deep_png_plan(path, kind)
    if image.format == "GIF":
        grey = gif_is_grey(path)
        return _Plan(1, _grey_of_rgb) if grey else _Plan(3, _rgb, [_PALETTE_NOTE])
    if mode in ("P", "PA"):
        return _palette_plan(image)
    notes = []
    if mode in ("LA", "La", "RGBA", "RGBX", "RGBa"):
        notes.append(Message("alpha channel dropped"))
    elif "transparency" in image.info:
        notes.append(Message("transparency dropped"))
    if mode == "1":
        return _Plan(1, _grey_of_bits, [Message("1-bit values widened to 0 and 255"), *notes])
    if mode.startswith("I"):
        # 16-bit grey PNG: mode "I;16", or "I" with 32-bit room in older files' modes.
        return _Plan(1, np.asarray, notes, np.uint16)
    if mode in ("L", "LA", "La"):
        return _Plan(1, _first_band, notes)
    if mode not in ("RGB", "RGBA", "RGBX", "RGBa"):
        notes.append(Message("{mode} colours turned into RGB", mode=mode))
    return _Plan(3, _rgb, notes)


def _palette_plan(image: Image.Image) -> _Plan:
    """Keep greys as one channel; a ramp of one colour is one that is drawn in that colour."""
    palette = image.palette
    if palette is None:
        return _Plan(3, _rgb, [_PALETTE_NOTE])
    order, entries = palette.getdata()
    table = np.frombuffer(bytes(entries), np.uint8).reshape(-1, len(order))[:, :3].T
    notes = [Message("transparency dropped")] if "transparency" in image.info else []
    if (table == table[0]).all():
        return _Plan(1, _grey_of_rgb, notes)
    strength = table.max(axis=0)
    is_ramp = table.shape[1] == 256 and np.abs(strength * (255 / strength.max()) - _STEPS).max() < 1
    if is_ramp and is_one_color(table, slack=1):
        color = brightest_color(table if order != "BGRX" else table[::-1])
        return _Plan(1, _first_band, [*notes, _COLOR_NOTE], colors=(color,))
    return _Plan(3, _rgb, [*notes, _PALETTE_NOTE])


def _rgb(frame: Image.Image) -> PixelArray:
    # Pillow warns when transparent entries get lost, which is what we want.
    frame.load()
    frame.info.pop("transparency", None)
    return np.asarray(frame.convert("RGB"))


def _grey_of_rgb(frame: Image.Image) -> PixelArray:
    return _rgb(frame)[..., 0]


def _grey_of_bits(frame: Image.Image) -> PixelArray:
    return np.asarray(frame.convert("L"))


def _first_band(frame: Image.Image) -> PixelArray:
    return np.asarray(frame if len(frame.getbands()) == 1 else frame.getchannel(0))


def _sixteen_bit_color(path: Path) -> int | None:
    """Return the PNG colour type when the file is 16 bit and not plain grey, else None.

    Pillow turns such files into 8 bit without a word.
    """
    with path.open("rb") as file:
        header = file.read(26)
    depth, color_type = header[24:26]
    return color_type if depth == 16 and color_type in (_GREY_ALPHA, _RGB, _RGBA) else None


def _deep_png_plan(path: Path, color_type: int) -> _Plan:
    """Plan a 16-bit PNG with colour or alpha."""
    colors = 1 if color_type == _GREY_ALPHA else 3

    def convert(_: Image.Image) -> PixelArray:
        import imagecodecs

        pixels: PixelArray = imagecodecs.png_decode(path.read_bytes())
        return pixels[..., :colors]

    notes = [Message("alpha channel dropped")] if color_type in (_GREY_ALPHA, _RGBA) else []
    return _Plan(colors, convert, notes, np.uint16, moves=False)


def _exif(image: Image.Image, path: Path) -> Image.Exif:
    if image.format != "PNG":
        return image.getexif()
    # Pillow would decode the whole picture to look for it behind the pixels.
    exif = Image.Exif()
    exif.load(png_exif(path) or b"")
    return exif


def exif_orientation(load: Callable[[], Image.Exif]) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where it is not stated or makes no sense."""
    try:
        found = load().get(_ORIENTATION, 1)
    except Exception:
        # Pillow raises anything on damaged EXIF, which is no reason to refuse the pixels.
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def turn_upright(pixels: PixelArray, orientation: int) -> PixelArray:
    """Return ``[H, W, C]`` turned as EXIF orientation 2 to 8 asks."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    # After the swap, 5 is done; 6 mirrors columns, 7 both, 8 rows.
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
