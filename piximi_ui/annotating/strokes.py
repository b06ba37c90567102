"""Carry out what was drawn: from points of the hand to the pixels of an object in the project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Box, Region, clip_region, moved_region, region_of
from piximi_core.annotation.tools import (
    brush,
    combining,
    edits,
    flood,
    scissors,
    shapes,
    smart,
    superpixels,
    threshold,
)
from piximi_core.annotation.tools.prompting import Prompt
from piximi_core.errors import BadInput
from piximi_core.project.contents import drawing
from piximi_core.project.contents.drawing import Canvas
from piximi_core.project.contents.notes.on_objects import locked_words
from piximi_core.project.contents.things import Thing
from piximi_core.project.database.store import Store
from piximi_ui.annotating.networks import ask_network
from piximi_ui.annotating.pixels import (
    Crop,
    crop_around,
    crop_in_sight,
    image_of,
    map_in_sight,
)
from piximi_ui.base.label_actions import Hand, errors_said
from piximi_ui.components.annotator import Stroke
from piximi_ui.components.gallery.desk import Say
from piximi_ui.language.texts import told

__all__ = ["stroke_actions"]

_MARGIN = 12  # pixels around a smart box, so that what lies around the object is seen


def stroke_actions(store: Store) -> Callable[[Stroke, Say], str]:
    """Return what carries out strokes in the window that is being drawn, in any thread.

    It returns which way answered a smart tool, empty where there is only one.
    """
    hand = Hand.here()

    def draw(stroke: Stroke, say: Say) -> str:
        ways: list[str] = []
        with errors_said(say):
            locked = _carry_out(store, stroke, hand.who, ways)
            if locked:
                say(told(locked_words(locked)), ":material/lock:")
        return ways[-1] if ways else ""

    return draw


def _carry_out(store: Store, stroke: Stroke, who: str | None, ways: list[str]) -> int:
    """Carry out a stroke; return how many objects were left as they are because they are locked.

    Parameters
    ----------
    ways
        Is told which way answered a smart tool.
    """
    image = image_of(store, stroke.image)
    work = _Work(store, stroke, image, who, ways)
    if stroke.type == "edit":
        return work.edit()
    return work.draw() if stroke.mode == "new" else work.change()


@dataclass(frozen=True)
class _Work:
    """One stroke on one image."""

    store: Store
    stroke: Stroke
    image: Thing
    who: str | None
    ways: list[str] = field(default_factory=list)

    @property
    def _canvas(self) -> Canvas:
        return Canvas(self.image.id, self.stroke.plane, self.stroke.overlap)

    @property
    def _size(self) -> tuple[int, int]:
        return self.image.height, self.image.width

    def draw(self) -> int:
        """Add the object."""
        stroke = self.stroke
        return drawing.draw_object(
            self.store,
            self._canvas,
            self._drawn(),
            object_id=stroke.object,
            kind_id=stroke.kind,
            new_kind=stroke.new_kind,
            category_id=stroke.category,
            new_category=stroke.new_category,
            source=stroke.tool,
            who=self.who,
            once=stroke.uid,
        )

    def change(self) -> int:
        """Let what was drawn meet the objects that are selected."""
        invert = self.stroke.mode == "invert"
        drawn = None if invert else self._drawn()
        if drawn is None and self.stroke.mode == "replace":
            raise _nothing()
        return self._reshape(
            lambda before: combining.combine(self.stroke.mode, before, drawn, *self._size),
            "invert" if invert else self.stroke.tool,
        )

    def edit(self) -> int:
        """Do to the selected objects what was asked for."""
        stroke = self.stroke
        done = {"who": self.who, "once": stroke.uid}
        if stroke.edit == "merge":
            drawing.merge_objects(self.store, stroke.ids, **done)
        elif stroke.edit == "copy":
            drawing.copy_objects(self.store, stroke.ids, stroke.amount, **done)
        elif stroke.edit == "interpolate":
            drawing.interpolate_objects(self.store, stroke.ids, **done)
        elif stroke.edit == "split":
            cut = partial(edits.split, path=_points(stroke.points))
            drawing.split_object(self.store, stroke.ids[0], cut, **done)
        else:
            return self._reshape(self._edits()[stroke.edit], stroke.edit)
        return 0

    def _edits(self) -> dict[str, Callable[[Region], Region | None]]:
        amount, size = abs(self.stroke.amount), self._size
        moved = _points(self.stroke.points)
        dx, dy = np.rint(moved[-1] - moved[0]).astype(int).tolist() if len(moved) else (0, 0)
        return {
            "fill": edits.fill_holes,
            "largest": edits.keep_largest,
            "smooth": lambda region: edits.smooth(region, max(1, amount), *size),
            "grow": lambda region: edits.grow(region, amount, *size),
            "shrink": lambda region: edits.shrink(region, amount),
            "move": lambda region: edits.move(region, dx, dy, *size),
        }

    def _reshape(self, change: Callable[[Region], Region | None], source: str) -> int:
        return drawing.reshape_objects(
            self.store,
            self._canvas,
            self.stroke.ids,
            change,
            source=source,
            who=self.who,
            once=self.stroke.uid,
        )

    def _drawn(self) -> Region | None:
        """Return the pixels that the tool gives."""
        stroke = self.stroke
        points = _points(stroke.points)
        if not len(points):
            raise _nothing()
        first, last = tuple(points[0]), tuple(points[-1])
        tools: dict[str, Callable[[], Region | None]] = {
            "rectangle": lambda: shapes.rectangle(first, last, *self._size),
            "ellipse": lambda: shapes.ellipse(first, last, *self._size),
            "polygon": lambda: shapes.polygon(points, *self._size),
            "lasso": lambda: shapes.polygon(points, *self._size),
            "magnetic": lambda: self._magnetic(points),
            "quick": lambda: self._quick(points),
            "pen": lambda: self._pen(points),
            "color": lambda: self._flood(points[0]),
            "threshold": self._threshold,
            "point": lambda: shapes.pixel(last, *self._size),
            "smart_box": self._smart_box,
            "smart_click": lambda: self._smart_click(points),
        }
        return tools[stroke.tool]()

    def _pen(self, points: NDArray[np.float64]) -> Region | None:
        radius = self.stroke.radius
        # Only a new object is filled inside: a correction touches what the brush touched.
        mark = brush.closed_stroke if self.stroke.mode == "new" else brush.stroke
        return mark(points, radius, *self._size)

    def _magnetic(self, points: NDArray[np.float64]) -> Region | None:
        costs = map_in_sight(self.store, self.image, self.stroke, "costs")
        corners = (points - costs.box[:2]) / costs.step
        ways = [
            scissors.trace(costs.values, tuple(start), tuple(end))
            for start, end in pairwise([*corners, corners[0]])
        ]
        # Through the middles of the pixels.
        line = (np.concatenate(ways) + 0.5) * costs.step + costs.box[:2]
        return shapes.polygon(line, *self._size)

    def _quick(self, points: NDArray[np.float64]) -> Region | None:
        patches = map_in_sight(self.store, self.image, self.stroke, "patches")
        step, (left, top) = patches.step, patches.box[:2]
        found = superpixels.pick(patches.values, (points - (left, top)) / step)
        if found is None:
            return None
        fine = np.kron(found.mask(), np.ones((step, step), bool)) if step > 1 else found.mask()
        x, y = left + step * found.box[0], top + step * found.box[1]
        region = region_of(fine, x, y)
        return None if region is None else clip_region(region, *self._size)

    def _flood(self, seed: NDArray[np.float64]) -> Region | None:
        crop = crop_in_sight(self.store, self.image, self.stroke, (seed[0], seed[1]))
        x, y = int(np.floor(seed[0])) - crop.box[0], int(np.floor(seed[1])) - crop.box[1]
        if not (0 <= y < crop.pixels.shape[0] and 0 <= x < crop.pixels.shape[1]):
            return None
        return _placed(flood.flood(crop.pixels, (x, y), self.stroke.tolerance), crop)

    def _threshold(self) -> Region | None:
        crop = crop_around(self.store, self.image, self.stroke, 0)
        box = (0, 0, crop.pixels.shape[1], crop.pixels.shape[0])
        level = self.stroke.level
        if level is None:
            level = threshold.propose_level(crop.pixels, box)
        return _placed(threshold.threshold(crop.pixels, box, level), crop)

    def _smart_box(self) -> Region | None:
        xs, ys = _points(self.stroke.points).T
        x1, x2 = np.clip((xs.min(), xs.max()), 0, self.image.width).tolist()
        y1, y2 = np.clip((ys.min(), ys.max()), 0, self.image.height).tolist()
        return self._asked(Prompt(box=(x1, y1, x2, y2)), self._box_classically)

    def _box_classically(self) -> list[Region]:
        crop = crop_around(self.store, self.image, self.stroke, _MARGIN)
        xs, ys = _points(self.stroke.points).T
        inner: Box = (
            max(0, int(np.floor(xs.min())) - crop.box[0]),
            max(0, int(np.floor(ys.min())) - crop.box[1]),
            int(np.ceil(xs.max())) - crop.box[0],
            int(np.ceil(ys.max())) - crop.box[1],
        )
        return _regions(smart.smart_box(crop.pixels, inner), crop)

    def _smart_click(self, points: NDArray[np.float64]) -> Region | None:
        height, width = self._size
        inside = [(x, y) for x, y in points.tolist() if 0 <= x < width and 0 <= y < height]
        prompt = Prompt(tuple(inside), self.stroke.outside) if inside else None
        return self._asked(prompt, lambda: self._click_classically(points))

    def _click_classically(self, points: NDArray[np.float64]) -> list[Region]:
        crop = crop_in_sight(self.store, self.image, self.stroke, (points[0][0], points[0][1]))
        corner = np.array(crop.box[:2])
        outside = _points(self.stroke.outside) - corner
        return _regions(smart.smart_click(crop.pixels, points - corner, outside), crop)

    def _asked(self, prompt: Prompt | None, classically: Callable[[], list[Region]]) -> Region:
        """Return the candidate that is wanted, by the network that the stroke names or without."""
        regions: Sequence[Region] | None = None
        if prompt is not None:
            answer = ask_network(self.store, self.image, self.stroke, prompt)
            self.ways.append(answer.words)
            regions = answer.regions
        regions = classically() if regions is None else regions
        if not regions:
            raise BadInput("Nothing stands out there; draw it by hand, or choose another place.")
        return regions[min(self.stroke.choice, len(regions) - 1)]


def _regions(candidates: list[smart.Candidate], crop: Crop) -> list[Region]:
    x, y = crop.box[:2]
    return [moved_region(each.region, x, y) for each in candidates]


def _nothing() -> BadInput:
    return BadInput("Nothing was drawn: no pixel of the image lies within the outline.")


def _points(points: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def _placed(region: Region | None, crop: Crop) -> Region | None:
    """Return a region of a crop as one of its image."""
    return None if region is None else moved_region(region, *crop.box[:2])
