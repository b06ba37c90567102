"""Pixel size and channel colours from OME, ImageJ and plain TIFF tags."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import numpy as np

from ..picture import PixelSize
from .palettes import brightest_color, is_one_color

__all__ = ["channel_colors", "pixel_size", "positive"]

_INCH, _CENTIMETRE = 2, 3
# What programs write when they know nothing: screen and print resolutions.
_PRINT_DPI = frozenset(
    {1, 72, 75, 96, 100, 120, 144, 150, 200, 240, 300, 350, 400, 600, 1200, 2400}
)
_MICRONS = frozenset(
    {"µm", "μm", "um", "micron", "microns", "micrometer", "micrometre", "\\u00b5m"}
)
_UNITS = {"mm": "mm", "nm": "nm", "cm": "cm", "m": "m", "inch": "inch", "å": "Å", "pm": "pm"}


def pixel_size(tif: Any, page: Any) -> PixelSize | None:
    """Return the pixel size a TIFF states in any of the three ways, or None."""
    if tif.is_ome:
        return _ome_size(tif.ome_metadata)
    if tif.is_imagej:
        return _imagej_size(tif.imagej_metadata or {}, page)
    x, y = _per_unit(page)
    factor = {_INCH: 25_400.0, _CENTIMETRE: 10_000.0}.get(int(page.tags.valueof(296, 2) or 2))
    if x is None or y is None or factor is None:
        return None
    if factor == 25_400.0 and round(x) in _PRINT_DPI:
        return None
    if factor == 10_000.0 and round(x * 2.54) in _PRINT_DPI:
        return None
    return PixelSize(factor / x, factor / y, None, "µm")


def _per_unit(page: Any) -> tuple[float | None, float | None]:
    """Return pixels per unit along x and y, as far as the tags are numbers."""
    return tuple(_ratio(page.tags.valueof(tag)) for tag in (282, 283))  # type: ignore[return-value]


def _ratio(value: Any) -> float | None:
    try:
        top, bottom = value
        ratio = float(top) / float(bottom)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return ratio if math.isfinite(ratio) and ratio > 0 else None


def _unit(text: Any) -> str | None:
    word = str(text or "").strip().lower()
    return "µm" if word in _MICRONS else _UNITS.get(word)


def positive(text: Any) -> float | None:
    """Return a length that makes sense, else None."""
    try:
        number = float(text)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def _imagej_size(meta: dict[str, Any], page: Any) -> PixelSize | None:
    unit = _unit(meta.get("unit"))
    x, y = _per_unit(page)
    if unit is None or x is None or y is None:
        return None
    return PixelSize(1 / x, 1 / y, positive(meta.get("spacing")), unit)


@lru_cache(maxsize=1)
def _ome_pixels(text: str | None) -> ElementTree.Element | None:
    """Return the first image's Pixels element; Python's own parser resists entity bombs.

    Remembered from one question about a file to the next: parsing takes a tenth of the time that
    reading a small picture does.
    """
    try:
        root = ElementTree.fromstring(text or "")
    except ElementTree.ParseError:
        return None
    return root.find("{*}Image/{*}Pixels")


def _ome_size(text: str | None) -> PixelSize | None:
    pixels = _ome_pixels(text)
    if pixels is None:
        return None
    x, y, z = (positive(pixels.get(f"PhysicalSize{axis}")) for axis in "XYZ")
    unit = _unit(pixels.get("PhysicalSizeXUnit", "µm"))
    if unit is None or (x is None and y is None):
        return None
    if _unit(pixels.get("PhysicalSizeYUnit", "µm")) != unit:
        y = None
    if _unit(pixels.get("PhysicalSizeZUnit", "µm")) != unit:
        z = None
    return PixelSize(x, y, z, unit)


def channel_colors(tif: Any, page: Any, channels: int) -> tuple[str, ...] | None:
    """Return ``#rrggbb`` per channel where the file states all of them, else None."""
    if tif.is_ome:
        pixels = _ome_pixels(tif.ome_metadata)
        stated = (
            [] if pixels is None else [one.get("Color") for one in pixels.findall("{*}Channel")]
        )
        colors = [_ome_color(text) for text in stated]
    elif page.colormap is not None and channels == 1:
        table = np.asarray(page.colormap)
        # Some programs write v * 257 and some v * 256: the high byte is v for both.
        colors = [_table_color(table >> 8 if table.max() > 255 else table)]
    elif tif.is_imagej:
        tables = (tif.imagej_metadata or {}).get("LUTs") or []
        colors = [_table_color(np.asarray(table, np.float64)) for table in tables]
    else:
        return None
    whole = tuple(color for color in colors if color is not None)
    return whole if len(whole) == len(colors) == channels else None


def _ome_color(text: str | None) -> str | None:
    """Return the colour of OME's signed RGBA number."""
    try:
        return f"#{(int(text or '') & 0xFFFFFFFF) >> 8:06x}"
    except ValueError:
        return None


def _table_color(table: Any) -> str | None:
    """Return the brightest entry of an 8-bit colour table ``[3, 256]`` of one colour."""
    if table.ndim != 2 or table.shape[0] != 3 or not is_one_color(table, slack=2):
        return None
    return brightest_color(table)
