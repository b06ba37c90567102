"""Images in folders named after their categories, in one zip: what other programs train from."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from piximi_core.annotation import blank_background, decode_mask
from piximi_core.errors import PiximiError
from piximi_core.formats.annotations.files import Stems
from piximi_core.formats.annotations.model import Problem
from piximi_core.formats.picture_tiff import write_picture
from piximi_core.images import Picture
from piximi_core.messages import Message
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.kinds import Kind
from piximi_core.project.contents.objects import read_runs
from piximi_core.project.contents.things import Thing, ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.project.files import require_space
from piximi_core.services.scoring.recent_pictures import RecentPictures

__all__ = ["write_class_folders"]


def write_class_folders(
    store: Store,
    kind: Kind,
    path: Path,
    *,
    blanked: bool = False,
    check: Callable[[int, int], None],
) -> tuple[int, list[Problem]]:
    """Write the originals of images, or the crops of objects, by category.

    Things without a label lie in the folder Unknown, which brings none when it is added again.

    Parameters
    ----------
    kind
        Images are copied as they are stored; objects are cut out at their box, in the image's own
        numbers, as TIFF.
    blanked
        Whether what is around an object is 0.
    check
        Called with how many are done, and of how many; it raises to stop.

    Returns
    -------
    int, list of Problem
        How many were written, and those that could not be read.
    """
    things = list_things(store, ThingFilter(kind_id=kind.id))
    words = Stems()
    folders = {c.id: words.of(c.name) for c in list_categories(store, kind.id)}
    files = {folder: Stems() for folder in folders.values()}
    failed: list[Problem] = []
    written = 0
    if kind.is_image:
        originals = {t.id: store.files.original(t.file_sha256, t.extension) for t in things}
        sizes = (o.stat().st_size for o in originals.values() if o.is_file())
        require_space(path.parent, sum(sizes))
    recent = RecentPictures()
    # Images are packed already; packing them again would only take time.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number, thing in enumerate(things):
            check(number, len(things))
            folder = folders[thing.category_id]
            ending = thing.extension if kind.is_image else "ome.tif"
            name = _name(files[folder], thing, ending)
            try:
                if kind.is_image:
                    archive.write(originals[thing.id], f"{folder}/{name}")
                else:
                    archive.writestr(f"{folder}/{name}", _crop(store, thing, recent, blanked))
            except FileNotFoundError:
                failed.append(Problem(thing.name, Message("Its file is missing in the project.")))
                continue
            except PiximiError as error:
                failed.append(Problem(thing.name, str(error)))
                continue
            written += 1
    return written, failed


def _name(given: Stems, thing: Thing, ending: str) -> str:
    """Return the file's name: the thing's own where it tells the format, else with its ending."""
    path = PurePosixPath(thing.name)
    alike = {"tif": ("tif", "tiff"), "jpg": ("jpg", "jpeg"), "dcm": ("dcm", "dicom")}
    endings = alike.get(thing.extension, (ending,))
    if path.suffix[1:].lower() in endings and thing.box is None:
        stem, suffix = str(path.with_suffix("")), path.suffix
    else:
        stem, suffix = thing.name, f".{ending}"
    return given.of(stem, thing.id, suffix)


def _crop(store: Store, thing: Thing, recent: RecentPictures, blanked: bool) -> bytes:
    assert thing.box is not None
    with recent.boxes(
        store.files.original(thing.file_sha256, thing.extension),
        name=thing.image_name,
        channels=thing.read_channels,
    ) as whole:
        pixels = whole.cut(min(thing.active_plane, whole.planes - 1), thing.box)
    if blanked:
        mask = decode_mask(read_runs(thing.mask), *pixels.shape[:2])
        pixels = blank_background(pixels, mask)
    picture = Picture(pixels[None], whole.bit_depth, whole.pixel_size)
    with tempfile.NamedTemporaryFile(suffix=".tif") as part:
        write_picture(picture, Path(part.name))
        return Path(part.name).read_bytes()
