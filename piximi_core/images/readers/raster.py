"""PNG, JPEG and BMP, through Pillow; 16-bit colour PNG through imagecodecs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from ..picture import Picture, PixelArray
from ..request import ReadRequest

__all__ = ["read_raster"]

_FORMATS = ("PNG", "JPEG", "BMP")
_ORIENTATION = 0x0112
_GREY_ALPHA, _RGB, _RGBA = 4, 2, 6


def read_raster(path: Path, request: ReadRequest) -> Picture:
    """Read a PNG, JPEG or BMP file.

    Parameters
    ----------
    path
        The file; only the three formats are tried.
    request
        Name for errors, and the cap on the decoded size.

    Returns
    -------
    Picture
        ``[1, H, W, 1]`` for grey, ``[1, H, W, 3]`` for colour and palettes; 16 bit for 16-bit
        PNG, else 8. Turned upright by its EXIF orientation; one-bit images become 0 and 255.
    """
    try:
        with Image.open(path, formats=_FORMATS) as image:
            width, height = image.size
            limit = Image.MAX_IMAGE_PIXELS
            if limit is not None and width * height > limit:
                raise _too_many_pixels(request)
            request.check_size((height, width, len(image.getbands())), 2)
            deep_kind = _sixteen_bit_color(path) if image.format == "PNG" else None
            if deep_kind is not None:
                return _read_deep_png(path, deep_kind, image.getexif().get(_ORIENTATION, 1))
            return _read_shallow(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(request) from error


def _too_many_pixels(request: ReadRequest) -> Exception:
    return request.problem(
        f"has more than {Image.MAX_IMAGE_PIXELS or 0:,} pixels; crop it or save it as TIFF."
    )


def _read_shallow(image: Image.Image) -> Picture:
    """Return what Pillow keeps whole: everything but 16-bit colour."""
    notes: list[str] = []
    mode = image.mode
    image.load()
    if image.getexif().get(_ORIENTATION, 1) not in (0, 1):
        image = ImageOps.exif_transpose(image)
        notes.append("turned upright by its EXIF orientation")
    if mode == "1":
        image = image.convert("L")
        notes.append("1-bit values widened to 0 and 255")
    elif mode in ("P", "PA"):
        # Pillow warns when transparent entries get lost, which is what we want.
        if image.info.pop("transparency", None) is not None:
            notes.append("transparency dropped")
        image = image.convert("RGB")
        notes.append("palette turned into RGB")
    elif mode in ("LA", "La"):
        image = image.getchannel(0)
        notes.append("alpha channel dropped")
    elif mode in ("RGBA", "RGBX", "RGBa"):
        image = image.convert("RGB")
        notes.append("alpha channel dropped")
    elif mode.startswith("I"):
        # 16-bit grey PNG: mode "I;16", or "I" with 32-bit room in older files' modes.
        grey = np.asarray(image).astype(np.uint16)
        return Picture(_as_stack(grey), 16, notes=tuple(notes))
    elif mode not in ("L", "RGB"):
        image = image.convert("RGB")
        notes.append(f"{mode} colours turned into RGB")
    return Picture(_as_stack(np.asarray(image)), 8, notes=tuple(notes))


def _sixteen_bit_color(path: Path) -> int | None:
    """Return the PNG colour type when the file is 16 bit and not plain grey, else None.

    Pillow turns such files into 8 bit without a word.
    """
    with path.open("rb") as file:
        header = file.read(26)
    depth, color_type = header[24:26]
    return color_type if depth == 16 and color_type in (_GREY_ALPHA, _RGB, _RGBA) else None


def _read_deep_png(path: Path, color_type: int, orientation: int) -> Picture:
    """Return a 16-bit PNG with colour or alpha."""
    import imagecodecs

    pixels: PixelArray = imagecodecs.png_decode(path.read_bytes())
    colors = 1 if color_type == _GREY_ALPHA else 3
    notes = []
    if pixels.ndim == 2:
        pixels = pixels[..., np.newaxis]
    if pixels.shape[2] > colors:
        pixels = pixels[..., :colors]
        notes.append("alpha channel dropped")
    if orientation not in (0, 1):
        pixels = _upright(pixels, orientation)
        notes.append("turned upright by its EXIF orientation")
    return Picture(_as_stack(np.ascontiguousarray(pixels)), 16, notes=tuple(notes))


def _upright(pixels: PixelArray, orientation: int) -> PixelArray:
    """Return ``[H, W, C]`` turned as EXIF orientation 2 to 8 asks."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    # After the swap, 5 is done; 6 mirrors columns, 7 both, 8 rows.
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def _as_stack(pixels: PixelArray) -> PixelArray:
    """Return ``[H, W]`` or ``[H, W, C]`` as ``[1, H, W, C]``, without a copy."""
    return pixels.reshape(1, pixels.shape[0], pixels.shape[1], -1)
