"""Objects inside images: their masks as arrays and as run lengths."""

from piximi_core.annotation.crops import blank_background, cut_as_piximi, cut_box
from piximi_core.annotation.run_lengths import decode_mask, encode_mask

__all__ = ["blank_background", "cut_as_piximi", "cut_box", "decode_mask", "encode_mask"]
