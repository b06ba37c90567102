"""Files to arrays, arrays to RGB, thumbnails."""

from .deidentify import deidentify_dicom
from .detect import IMAGE_SUFFIXES, extension_for
from .naming import safe_name
from .picture import ChannelsUnknown, Picture, PixelSize
from .reading import read_picture
from .rendering import (
    CHANNEL_COLORS,
    THUMBNAIL_TYPE,
    channel_ranges,
    default_colors,
    display_ranges,
    render,
    thumbnail,
    to_unit,
)

__all__ = [
    "CHANNEL_COLORS",
    "IMAGE_SUFFIXES",
    "THUMBNAIL_TYPE",
    "ChannelsUnknown",
    "Picture",
    "PixelSize",
    "channel_ranges",
    "default_colors",
    "deidentify_dicom",
    "display_ranges",
    "extension_for",
    "read_picture",
    "render",
    "safe_name",
    "thumbnail",
    "to_unit",
]
