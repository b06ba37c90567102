"""A model in memory, written and packed at once, as a training and an export do one by one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from piximi_core.formats.stem import safe_stem
from piximi_core.formats.tfjs.packing import pack_for_piximi, pack_sharded


def write_piximi_zip(model: Any, metadata: Any, out_zip: Path, stem: str | None = None) -> Path:
    """Write the zip that Piximi opens."""
    from piximi_core.formats.tfjs.classifier import write_classifier

    stem = safe_stem(out_zip.stem if stem is None else stem)
    with tempfile.TemporaryDirectory() as room:
        pair = write_classifier(model, metadata, Path(room), stem)
        return pack_for_piximi(pair, out_zip, stem)


def write_sharded(
    model: Any, metadata: Any, folder: Path, shard_bytes: int = 4 << 20
) -> list[Path]:
    """Write the form of web pages."""
    from piximi_core.formats.tfjs.classifier import write_classifier

    with tempfile.TemporaryDirectory() as room:
        pair = write_classifier(model, metadata, Path(room), "model")
        return pack_sharded(pair, folder, shard_bytes)
