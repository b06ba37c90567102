"""What goes into a network and comes out of it, as its file says."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Signature", "Tensor"]


@dataclass(frozen=True)
class Tensor:
    """One array that a network takes or gives.

    Attributes
    ----------
    dtype
        NumPy's name of its numbers; empty for what NumPy does not have.
    shape
        None for a side that may be of any length.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...]

    def side(self, axis: int, otherwise: int) -> int:
        """Return the length of an axis, another one where it may be of any length."""
        return (self.shape[axis] if axis < len(self.shape) else None) or otherwise


@dataclass(frozen=True)
class Signature:
    """All that a network takes and gives."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def taken(self) -> frozenset[str]:
        """The names of what it takes."""
        return frozenset(tensor.name for tensor in self.inputs)

    @property
    def given(self) -> frozenset[str]:
        """The names of what it gives."""
        return frozenset(tensor.name for tensor in self.outputs)

    def input(self, name: str) -> Tensor:
        """Return what it takes under a name; `KeyError` if there is none."""
        for tensor in self.inputs:
            if tensor.name == name:
                return tensor
        raise KeyError(name)
