"""Files to arrays, arrays to RGB, thumbnails."""

from .conversion import convert_channels
from .deidentify import deidentify_dicom
from .description import Description
from .detect import extension_for, image_suffixes, is_image_zip, is_zarr_folder
from .levels import ChannelLevels, Levels, measure_levels
from .look import ChannelLook, Look
from .naming import safe_name
from .packing import pack_zarr
from .picture import ChannelsUnknown, Picture, PixelSize, TimeUnknown
from .pixel_hash import pixel_hash
from .reading import describe, open_parts, read_picture
from .rendering import (
    CHANNEL_COLORS,
    THUMBNAIL_TYPE,
    channel_ranges,
    default_colors,
    display_colors,
    display_ranges,
    render,
    thumbnail,
    to_unit,
)

__all__ = [
    "CHANNEL_COLORS",
    "THUMBNAIL_TYPE",
    "ChannelLevels",
    "ChannelLook",
    "ChannelsUnknown",
    "Description",
    "Levels",
    "Look",
    "Picture",
    "PixelSize",
    "TimeUnknown",
    "channel_ranges",
    "convert_channels",
    "default_colors",
    "deidentify_dicom",
    "describe",
    "display_colors",
    "display_ranges",
    "extension_for",
    "image_suffixes",
    "is_image_zip",
    "is_zarr_folder",
    "measure_levels",
    "open_parts",
    "pack_zarr",
    "pixel_hash",
    "read_picture",
    "render",
    "safe_name",
    "thumbnail",
    "to_unit",
]
