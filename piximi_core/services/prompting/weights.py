"""Which networks lie in ``PIXIMI_WEIGHTS``: encoders and decoders, told apart by their tensors.

A network is two files, told to belong together by their names: what is left of them without
"encoder" and "decoder" is the network's name. Nothing is run to find them.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from threading import Lock

from piximi_core.annotation.tools.prompting import FAMILIES, Family, Signature
from piximi_core.errors import BadInput, shown
from piximi_core.formats.onnx_look import look_at_onnx

__all__ = ["Found", "Network", "find_networks", "read_checked", "weights_folder"]

_SUFFIX = ".onnx"
_MOST_FILES = 1000  # that are looked at
_MOST_NUMBERS = 100_000_000  # that a network may take at once
# Words of names that say which half of a network a file is.
_HALVES = re.compile(r"(?:image|vision|prompt|mask)?[-_. ]*(?:encoder|decoder)", re.IGNORECASE)
_EDGES = "-_. "
_LONGEST_NAME = 255  # bytes of a file's name, as systems have it


@dataclass(frozen=True)
class Network:
    """An encoder and its decoder.

    Attributes
    ----------
    name
        What a person calls it, made of the files' names.
    mark
        What changes when another file takes the place of one of these.
    size
        Bytes of the larger of the two files.
    """

    name: str
    family: Family
    encoder: Path
    decoder: Path
    mark: str
    size: int

    @classmethod
    def of(cls, name: str, family: Family, encoder: Path, decoder: Path) -> Network:
        """Return the network of two files, as they are now."""
        states = [path.stat() for path in (encoder, decoder)]
        parts = [f"{state.st_size}:{state.st_mtime_ns}" for state in states]
        mark = "|".join([family.key, encoder.name, *parts])
        return cls(name, family, encoder, decoder, mark, max(each.st_size for each in states))


@dataclass(frozen=True)
class Found:
    """What lies in the folder.

    Attributes
    ----------
    networks
        By their names.
    refused
        Of each file that is not used one sentence that says why.
    """

    networks: tuple[Network, ...] = ()
    refused: tuple[str, ...] = ()

    def named(self, name: str) -> Network | None:
        """Return the network of a name, None if there is none."""
        return next((each for each in self.networks if each.name == name), None)


def weights_folder() -> Path | None:
    """Return ``PIXIMI_WEIGHTS``, None where it is not set or no folder."""
    text = os.environ.get("PIXIMI_WEIGHTS", "")
    folder = Path(text).expanduser() if text else None
    return folder if folder is not None and folder.is_dir() else None


class _Looked:
    """What was found last, as long as no file is another."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.state: object = None
        self.found = Found()


_looked = _Looked()


def find_networks() -> Found:
    """Return what lies in ``PIXIMI_WEIGHTS`` and in the folders in it; nothing where it is not set.

    Quick, unless a file was added since it was asked last.
    """
    folder = weights_folder()
    if folder is None:
        return Found()
    try:
        return _find_again(folder)
    except OSError as error:
        unread = BadInput(
            "The folder of PIXIMI_WEIGHTS cannot be read ({reason}); check who owns it.",
            reason=error.strerror or type(error).__name__,
        )
        return Found(refused=(unread.message,))


def _find_again(folder: Path) -> Found:
    """Return what was found last, unless a file is another."""
    # All files, as weights may lie beside the file that names them.
    state = [
        (path, path.stat().st_size, path.stat().st_mtime_ns)
        for pattern in ("*", "*/*")
        for path in sorted(islice(folder.glob(pattern), _MOST_FILES))
        if path.is_file()
    ]
    with _looked.lock:
        if _looked.state != state:
            files = [path for path, _size, _changed in state if path.suffix == _SUFFIX]
            _looked.found, _looked.state = _find(folder, files), state
        return _looked.found


def _find(folder: Path, files: list[Path]) -> Found:
    refused: list[str] = []
    encoders: dict[tuple[Path, str, str], Path] = {}
    decoders: dict[tuple[Path, str, str], Path] = {}
    for path in files:
        try:
            signature = read_checked(path)
        except BadInput as error:
            refused.append(error.message)
            continue
        except (OSError, ValueError) as error:  # one file is never the trouble of the others
            refused.append(_unread(path, error).message)
            continue
        halves = [(family, encoders) for family in FAMILIES if family.encodes(signature)]
        halves += [(family, decoders) for family in FAMILIES if family.decodes(signature)]
        if not halves:
            refused.append(_foreign(path).message)
        for family, half in halves:
            half.setdefault((path.parent, family.key, _stem(path)), path)
    networks: list[Network] = []
    for (place, key, stem), encoder in encoders.items():
        decoder = decoders.pop((place, key, stem), None) or _only(encoders, decoders, place, key)
        if decoder is None:
            refused.append(_lonely(encoder).message)
            continue
        decoders = {each: path for each, path in decoders.items() if path != decoder}
        family = next(each for each in FAMILIES if each.key == key)
        name = stem or (encoder.parent.name if place != folder else family.name)
        try:
            networks.append(Network.of(name, family, encoder, decoder))
        except OSError as error:  # gone meanwhile
            refused.append(_unread(encoder, error).message)
    refused += [_useless(path).message for path in dict.fromkeys(decoders.values())]
    return Found(_told_apart(networks), tuple(refused))


def read_checked(path: Path) -> Signature:
    """Return what a file takes and gives.

    Raises
    ------
    BadInput
        It is no ONNX file, wants to read weights from outside its folder, or takes too much.
    """
    look = look_at_onnx(path)
    for place in look.elsewhere:
        beside = path.parent / place
        if not _is_name(place) or beside.resolve().parent != path.parent.resolve():
            raise BadInput(
                "'{name}' wants to read '{place}', which is not beside it; use a file with all "
                "of its weights in it.",
                name=shown(path.name),
                place=shown(place),
            )
        if not beside.is_file():
            raise BadInput(
                "'{name}' has its weights in '{place}', which is missing; put it beside it.",
                name=shown(path.name),
                place=shown(place),
            )
    for tensor in look.signature.inputs:
        if math.prod(side or 1 for side in tensor.shape) > _MOST_NUMBERS:
            raise BadInput(
                "'{name}' takes more at once than there is memory for; use a smaller network.",
                name=shown(path.name),
            )
    return look.signature


def _is_name(place: str) -> bool:
    """Whether a place is the name of a file, in no folder, that a system would take."""
    plain = not any(ord(each) < 32 or ord(each) == 127 for each in place)
    return plain and len(place.encode()) <= _LONGEST_NAME and Path(place).name == place


def _stem(path: Path) -> str:
    """Return a file's name without what says which half of a network it is."""
    return _HALVES.sub("", path.stem).strip(_EDGES)


def _only(
    encoders: dict[tuple[Path, str, str], Path],
    decoders: dict[tuple[Path, str, str], Path],
    place: Path,
    key: str,
) -> Path | None:
    """Return the decoder of a family in a folder, if there is one, and one encoder."""
    both = [
        [path for (there, family, _), path in half.items() if (there, family) == (place, key)]
        for half in (encoders, decoders)
    ]
    return both[1][0] if [len(half) for half in both] == [1, 1] else None


def _told_apart(networks: list[Network]) -> tuple[Network, ...]:
    """Return the networks with names that differ."""
    kept: dict[str, Network] = {}
    for one in networks:
        name, number = one.name, 2
        while name in kept:
            name, number = f"{one.name} ({number})", number + 1
        kept[name] = replace(one, name=name)
    return tuple(kept[name] for name in sorted(kept))


def _unread(path: Path, error: Exception) -> BadInput:
    return BadInput(
        "'{name}' cannot be read ({reason}); check the file.",
        name=shown(path.name),
        reason=getattr(error, "strerror", None) or type(error).__name__,
    )


def _foreign(path: Path) -> BadInput:
    return BadInput(
        "'{name}' is no encoder or decoder of SAM 1, MobileSAM, EfficientSAM or SAM 2; remove it, "
        "or export it with the usual names of its tensors.",
        name=shown(path.name),
    )


def _lonely(path: Path) -> BadInput:
    return BadInput(
        "'{name}' has no decoder; put it beside it, under the same name with 'decoder' for "
        "'encoder'.",
        name=shown(path.name),
    )


def _useless(path: Path) -> BadInput:
    return BadInput(
        "'{name}' has no encoder; put it beside it, under the same name with 'encoder' for "
        "'decoder'.",
        name=shown(path.name),
    )
