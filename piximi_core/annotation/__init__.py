"""Objects inside images: their masks as arrays and as run lengths."""

from piximi_core.annotation.run_lengths import decode_mask, encode_mask

__all__ = ["decode_mask", "encode_mask"]
