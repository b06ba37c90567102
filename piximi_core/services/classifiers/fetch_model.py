"""The files of a classifier from an address on the web."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from piximi_core.downloads import Fetcher, require_web_address
from piximi_core.errors import BadInput, NotFound
from piximi_core.formats.tfjs.bundle import MAX_DESCRIPTION_BYTES, StoredFile, parse_document
from piximi_core.formats.tfjs.manifest import parse_manifest

__all__ = ["MOST_MEGABYTES", "fetch_classifier"]

MOST_MEGABYTES = 512
_SECONDS = 300.0
_MOST_SHARDS = 500
_NAME = re.compile(r"[A-Za-z0-9][\w.()+ -]{0,150}")


def fetch_classifier(address: str, folder: Path, *, fetcher: Fetcher | None = None) -> list[Path]:
    """Fetch a zip, or a description with its weights and class names.

    Parameters
    ----------
    address
        Of a zip, of a ``model.json``, or of the folder that one lies in, as Teachable Machine
        gives it. Begins with ``https://``.
    folder
        Where the files go.
    fetcher
        Another limit or other certificates, for tests.

    Returns
    -------
    list of Path
        The files, for `look` and `ask` of `import_model`.

    Raises
    ------
    BadInput
        One sentence: what is wrong with the address, or with what lies there.
    """
    require_web_address(address)
    fetcher = fetcher or Fetcher(
        "fetching a classifier", most_bytes=MOST_MEGABYTES * 2**20, seconds=_SECONDS
    )
    parts = urlsplit(address.strip())
    if parts.path.lower().endswith(".zip"):
        packed = folder / "classifier.zip"
        fetcher.fetch(address.strip(), packed)
        return [packed]
    path = parts.path
    if not path.lower().endswith(".json"):
        path = f"{path.rstrip('/')}/model.json"
    description = folder / "model.json"
    start = urlunsplit(parts._replace(path=path, fragment=""))
    base = fetcher.fetch(start, description, most_bytes=MAX_DESCRIPTION_BYTES)
    return [description, *_weights(description, base, fetcher), *_labels(folder, base, fetcher)]


def _weights(description: Path, base: str, fetcher: Fetcher) -> list[Path]:
    stored = StoredFile(description.name, description.stat().st_size, description.read_bytes)
    document = parse_document(stored)
    _, entries = parse_manifest(document)
    if sum(entry.size for entry in entries) > MOST_MEGABYTES * 2**20:
        raise BadInput(
            "The classifier has more than {most_megabytes} MiB, too much to fetch.",
            most_megabytes=MOST_MEGABYTES,
        )
    given = [path for group in document["weightsManifest"] for path in group["paths"]]
    if len(given) > _MOST_SHARDS:
        raise BadInput(
            "The classifier has {count} files of weights; {most_shards} at most.",
            count=len(given),
            most_shards=_MOST_SHARDS,
        )
    found: list[Path] = []
    for path in given:
        name = posixpath.basename(path)
        if not _NAME.fullmatch(name) or (description.parent / name) in (description, *found):
            raise BadInput(
                "The description names a weights file {name!r}, which is no name.", name=name[:60]
            )
        target = description.parent / name
        fetcher.fetch(_beside(base, path), target)
        found.append(target)
    return found


def _beside(base: str, path: str) -> str:
    """Return the address of a file that a description names; a query is kept, as a browser does."""
    joined = urlsplit(urljoin(base, quote(unquote(path), safe="/:")))
    query = joined.query or urlsplit(base).query
    return urlunsplit(joined._replace(query=query, fragment=""))


def _labels(folder: Path, base: str, fetcher: Fetcher) -> list[Path]:
    """Fetch the class names that a Teachable Machine keeps beside its description, if any."""
    target = folder / "metadata.json"
    try:
        fetcher.fetch(_beside(base, "metadata.json"), target, most_bytes=MAX_DESCRIPTION_BYTES)
    except NotFound:
        return []
    try:
        parse_document(StoredFile(target.name, target.stat().st_size, target.read_bytes))
    except BadInput:
        # Many servers answer a missing file with a page; it names no classes.
        target.unlink()
        return []
    return [target]
