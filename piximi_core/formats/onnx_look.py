"""What an ONNX file is, told without running it: what it takes, gives, and reads from elsewhere.

An ONNX file is one message of Protocol Buffers: fields, each a number, a sort and a value, of which
some are messages again. Only the few fields that are wanted are read, the weights are stepped over,
so a look at gigabytes takes a moment. The numbers of the fields are those of ``onnx.proto``.

The file is read and not mapped into memory: whoever copies another one over a mapped file, and so
cuts it short for a moment, ends the process that looks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from piximi_core.annotation.tools.prompting.signatures import Signature, Tensor
from piximi_core.errors import BadInput, shown

__all__ = ["OnnxLook", "look_at_onnx"]

# NumPy's names for the sorts of numbers.
_NAMES = "float32 uint8 int8 uint16 int16 int32 int64 - bool float16 float64 uint32 uint64"
_DTYPES = {at: name for at, name in enumerate(_NAMES.split(), start=1) if name != "-"}
_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_DEEPEST = 12  # of graphs in nodes of graphs: more is no network
_LONGEST_NAME = 1000
_MOST_TENSORS = 1000
_MOST_FIELDS = 1_000_000  # that are walked, some of them twice: ten times those of large networks
_BLOCK_BYTES = 4096

Span = tuple[int, int]


@dataclass(frozen=True)
class OnnxLook:
    """What a file says of itself.

    Attributes
    ----------
    signature
        What the network takes, its weights left out, and what it gives.
    elsewhere
        The places of weights that lie in other files, as the file has them.
    """

    signature: Signature
    elsewhere: tuple[str, ...]


class _Cut(ValueError):
    """The bytes are no message, or end before it does."""


class _Data:
    """A file's bytes, of which one block is at hand, and how many fields were walked."""

    def __init__(self, number: int) -> None:
        self.size = os.fstat(number).st_size
        self._number = number
        self._first, self._block = 0, b""
        self._fields = 0

    def byte(self, at: int) -> int:
        """Return one byte."""
        place = at - self._first
        if not 0 <= place < len(self._block):
            self._first, self._block, place = at, os.pread(self._number, _BLOCK_BYTES, at), 0
            if not self._block:
                raise _Cut  # the file is shorter than it was
        return self._block[place]

    def text(self, span: Span) -> str:
        """Return what lies in a place, as text."""
        start, end = span
        return os.pread(self._number, end - start, start).decode(errors="replace")

    def count(self) -> None:
        """Take note of a field: a file of nothing but fields would be walked for minutes."""
        self._fields += 1
        if self._fields > _MOST_FIELDS:
            raise _Cut


def look_at_onnx(path: Path) -> OnnxLook:
    """Read what an ONNX file is.

    Raises
    ------
    BadInput
        It cannot be read, ends too early, or is no ONNX file: a sentence that names the file.
    """
    try:
        with path.open("rb", buffering=0) as file:
            return _look(_Data(file.fileno()))
    except (ValueError, RecursionError) as error:
        raise BadInput(
            "'{name}' is damaged or no ONNX file; copy it again.", name=shown(path.name)
        ) from error
    except OSError as error:
        raise BadInput(
            "'{name}' cannot be read ({reason}); check the file.",
            name=shown(path.name),
            reason=error.strerror or type(error).__name__,
        ) from error


def _look(data: _Data) -> OnnxLook:
    whole = (0, data.size)
    graphs = [span for field, span in _messages(data, whole) if field == 7]
    if len(graphs) != 1:
        raise _Cut
    [graph] = graphs
    weights = {_name(data, span, 8) for field, span in _messages(data, graph) if field == 5}
    inputs = [tensor for tensor in _tensors(data, graph, 11) if tensor.name not in weights]
    outputs = list(_tensors(data, graph, 12))
    if not inputs or not outputs or len(inputs) + len(outputs) > _MOST_TENSORS:
        raise _Cut
    elsewhere = dict.fromkeys([*_places(data, graph, 0), *_of_functions(data, whole)])
    return OnnxLook(Signature(tuple(inputs), tuple(outputs)), tuple(elsewhere))


def _of_functions(data: _Data, model: Span) -> Iterator[str]:
    """Yield the same of functions of the file, which are made of nodes as its graph is."""
    for field, span in _messages(data, model):
        if field == 25:
            for inner, node in _messages(data, span):
                if inner == 7:
                    yield from _of_node(data, node, 1)


def _places(data: _Data, graph: Span, depth: int) -> Iterator[str]:
    """Yield where weights of a graph lie that are not in the file."""
    if depth > _DEEPEST:
        raise _Cut
    for field, span in _messages(data, graph):
        if field == 5:
            yield from _of_weights(data, span)
        elif field == 15:  # sparse: values and their places
            for inner, part in _messages(data, span):
                if inner in (1, 2):
                    yield from _of_weights(data, part)
        elif field == 1:
            yield from _of_node(data, span, depth + 1)


def _of_node(data: _Data, node: Span, depth: int) -> Iterator[str]:
    for field, attribute in _messages(data, node):
        if field != 5:
            continue
        for inner, span in _messages(data, attribute):
            if inner in (5, 10):
                yield from _of_weights(data, span)
            elif inner in (6, 11):
                yield from _places(data, span, depth + 1)
            elif inner in (22, 23):
                for deeper, part in _messages(data, span):
                    if deeper in (1, 2):
                        yield from _of_weights(data, part)


def _of_weights(data: _Data, tensor: Span) -> Iterator[str]:
    for field, entry in _messages(data, tensor):
        if field == 13 and _name(data, entry, 1) == "location":
            yield _name(data, entry, 2)


def _tensors(data: _Data, graph: Span, wanted: int) -> Iterator[Tensor]:
    for field, span in _messages(data, graph):
        if field == wanted:
            yield _tensor(data, span)


def _tensor(data: _Data, value: Span) -> Tensor:
    name, dtype, shape = _name(data, value, 1), "", []
    for field, kind in _messages(data, value):
        if field != 2:
            continue
        for _, tensor in (each for each in _messages(data, kind) if each[0] == 1):
            for inner, number, span in _fields(data, tensor):
                if inner == 1 and span is None:
                    dtype = _DTYPES.get(number, "")
                elif inner == 2 and span is not None:
                    sides = [part for side, part in _messages(data, span) if side == 1]
                    shape = [_side(data, side) for side in sides]
    return Tensor(name, dtype, tuple(shape))


def _side(data: _Data, side: Span) -> int | None:
    for field, number, span in _fields(data, side):
        if field == 1 and span is None and 0 < number < 2**31:
            return number
    return None


def _name(data: _Data, message: Span, wanted: int) -> str:
    """Return a field that is text; of several the last, as readers have it."""
    found = ""
    for field, span in _messages(data, message):
        if field == wanted:
            if span[1] - span[0] > _LONGEST_NAME:
                raise _Cut
            found = data.text(span)
    return found


def _messages(data: _Data, message: Span) -> Iterator[tuple[int, Span]]:
    """Yield the numbers and places of fields that are messages, texts or weights."""
    for field, _number, span in _fields(data, message):
        if span is not None:
            yield field, span


def _fields(data: _Data, message: Span) -> Iterator[tuple[int, int, Span | None]]:
    """Yield each field of a message: its number, and a plain value or the place of a long one."""
    at, end = message
    while at < end:
        data.count()
        key, at = _varint(data, at, end)
        sort, number, span = key & 7, 0, None
        if sort == _VARINT:
            number, at = _varint(data, at, end)
        elif sort == _LENGTH:
            length, at = _varint(data, at, end)
            span = (at, at + length)
            at += length
        elif sort in (_EIGHT_BYTES, _FOUR_BYTES):
            at += 8 if sort == _EIGHT_BYTES else 4
        else:
            raise _Cut
        if at > end or key >> 3 == 0:
            raise _Cut
        yield key >> 3, number, span


def _varint(data: _Data, at: int, end: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if at >= end:
            raise _Cut
        byte = data.byte(at)
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
    raise _Cut
