"""What a person pointed at, in the words of the networks: points, each with a label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Prompt"]

Point = tuple[float, float]

_OUTSIDE, _INSIDE, _FIRST_CORNER, _LAST_CORNER, _NOTHING = 0, 1, 2, 3, -1


@dataclass(frozen=True)
class Prompt:
    """Points of an object and beside it, and a box around it, in pixels of the crop.

    Attributes
    ----------
    inside, outside
        Points (x, y) that belong to the object, and that do not.
    box
        ``(x1, y1, x2, y2)``; None if there is none.
    """

    inside: tuple[Point, ...] = ()
    outside: tuple[Point, ...] = ()
    box: tuple[float, float, float, float] | None = None

    def labelled(self, padding: bool) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Return the points ``[N, 2]`` and what each of them is ``[N]``.

        Parameters
        ----------
        padding
            Whether a point that means nothing stands in for a box that there is none of: some
            networks were taught so.

        Examples
        --------
        >>> points, labels = Prompt(inside=((3, 4),)).labelled(padding=True)
        >>> points.tolist(), labels.tolist()
        ([[3.0, 4.0], [0.0, 0.0]], [1.0, -1.0])
        """
        points = [*self.inside, *self.outside]
        labels = [_INSIDE] * len(self.inside) + [_OUTSIDE] * len(self.outside)
        if self.box is not None:
            x1, y1, x2, y2 = self.box
            points += [(x1, y1), (x2, y2)]
            labels += [_FIRST_CORNER, _LAST_CORNER]
        elif padding:
            points.append((0.0, 0.0))
            labels.append(_NOTHING)
        return np.array(points, np.float64).reshape(-1, 2), np.array(labels, np.float32)

    @property
    def is_one_click(self) -> bool:
        """Whether it may mean several things, the object or a part of it."""
        return self.box is None and len(self.inside) + len(self.outside) == 1
