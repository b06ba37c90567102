"""Files as a browser sends them, for tests of what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from piximi_core.project.database.store import Store
from piximi_core.services.importing.arriving import Receiver, arriving, upload_folder
from piximi_core.services.importing.uploads import Upload, gather
from piximi_core.vocabulary import new_id

LARGEST = 1 << 32


def lot(pieces: Sequence[tuple[int, str, int, int, bytes]], rest: int = 0) -> bytes:
    """Return a lot of pieces: number, name, size of the whole file, offset, bytes."""
    head = [[number, name, size, offset, len(part)] for number, name, size, offset, part in pieces]
    line = json.dumps({"pieces": head, "rest": rest}).encode()
    return line + b"\n" + b"".join(piece[4] for piece in pieces)


def send(store: Store, upload_id: str, content: bytes, chunk: int = 1 << 16) -> dict[int, int]:
    """Feed a lot to the upload; return how far its files are."""
    receiver = Receiver(upload_folder(store.files.jobs, upload_id), LARGEST)
    try:
        for start in range(0, len(content), chunk):
            receiver.feed(content[start : start + chunk])
        return receiver.finish()
    finally:
        receiver.close()


def upload(
    store: Store, files: Sequence[tuple[str, bytes]], upload_id: str | None = None
) -> Upload:
    """Send whole files, after those that are there; return what has arrived."""
    upload_id = upload_id or new_id()
    first = len(arriving(upload_folder(store.files.jobs, upload_id))) + 1
    pieces = [
        (number, name, len(content), 0, content)
        for number, (name, content) in enumerate(files, first)
    ]
    send(store, upload_id, lot(pieces))
    return gather(store, upload_id)
