"""Pixel hashes of images that came in before there were any, or by another way than an import."""

from __future__ import annotations

from collections.abc import Callable

from piximi_core.errors import PiximiError, Stopped
from piximi_core.prefetch import work_ahead
from piximi_core.project.contents.equal_pixels import (
    Unhashed,
    hash_key,
    list_unhashed,
    store_hashes,
)
from piximi_core.project.database.store import Store
from piximi_core.services.decoding.decoders import Decoders

__all__ = ["compare_pixels"]

_AHEAD = 8


def compare_pixels(store: Store, on_progress: Callable[[int, int], None] | None = None) -> int:
    """Read the images whose pixels are not known yet, in limited processes; return how many.

    Until this is done, equal pixels in different files are not kept together. What cannot be read
    equals nothing, and is not tried again.

    Raises
    ------
    PiximiError
        Another program is writing, or the disk is full; what was found is looked for again.
    """
    done = 0
    while waiting := list_unhashed(store):
        found: dict[str, str] = {}
        with Decoders() as decoders:

            def read(file: Unhashed, decoders: Decoders = decoders) -> str:
                path = store.files.original(file.file_sha256, file.extension)
                if not path.is_file():
                    return ""
                try:
                    facts = decoders.ask("hash", path, file.name, channels=file.read_channels)
                except Stopped:
                    raise
                except PiximiError:
                    return ""
                return str(facts["pixels"])

            for file, future in work_ahead(read, waiting, ahead=_AHEAD, is_over=lambda: False):
                found[hash_key(file.file_sha256, file.read_channels)] = future.result()
                if on_progress:
                    on_progress(len(found), len(waiting))
        with store.write() as db:
            store_hashes(db, found)
        done += len(found)
    return done
