"""Rounds of an artist killed while drawing, against masks painted from what it said it did."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.project.contents.objects import list_objects
from piximi_core.project.database.store import Store
from tests.soak.artist import HEIGHT, PLANES, WIDTH, prepare
from tests.soak.checks import check_project, require
from tests.soak.killing import REPOSITORY, environment, kill_tree
from tests.soak.writing import Model

__all__ = ["DrawingRounds"]

# Of an object: image, plane, and the bytes of its mask over the whole image.
Drawn = tuple[str, int, bytes]
Objects = dict[str, Drawn]


class DrawingRounds:
    """One project, drawn on and killed again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model: Model[Objects] | None = None
        # What nobody acknowledged, and whether it was found all the same.
        self.pending: tuple[dict[str, Any], bool | None] | None = None
        # The ids of objects that the project named, as the model calls them.
        self.called: dict[str, str] = {}

    def round(self, dice: random.Random) -> dict[str, Any]:
        """Draw, kill, open, compare; return what to log."""
        if self.model is None:
            prepare(self.folder)
            self.model = Model({}, _after)
        seed, after = dice.randrange(1 << 30), dice.uniform(0.02, 1.2)
        lines = self._draw(seed, after)
        asked = [line["do"] for line in lines if "do" in line]
        acks = [line for line in lines if "ack" in line]
        for number, (action, ack) in enumerate(zip(asked, acks, strict=False)):
            is_repeated = number == 0 and self.pending is not None
            self._take(self._named(action), ack, is_repeated=is_repeated)
        if len(asked) > max(len(acks), 1 if self.pending else 0):
            self.pending = (self._named(asked[-1]), None)
        elif acks:
            self.pending = None
        last = self.pending[0] if self.pending else None
        found = self._look(last)
        if last and last["sort"] in ("undo", "redo"):
            self.pending = None  # a person looks before saying that again
        return {
            "killed": "artist",
            "after_s": round(after, 3),
            "acknowledged": len(acks),
            "objects": len(self.model.now),
            "under_way": last["sort"] if last else None,
            "found": found,
        }

    def _take(self, action: dict[str, Any], ack: dict[str, Any], is_repeated: bool) -> None:
        assert self.model is not None
        if is_repeated:
            assert self.pending is not None
            was_done = self.pending[1]
            already = bool(ack.get("already"))
            require(was_done in (None, already), f"{action} was done twice or not at all")
            if already:
                return
        require("already" not in ack, f"{action} was called done before it was")
        before = self.model.now
        self.model.take(action)
        refused = self.model.now == before
        require("refused" not in ack or refused, f"{action} was refused, but there was work to do")
        for new in ack.get("new", []):
            self.called[new] = f"of {action['uid']}"

    def _look(self, last: dict[str, Any] | None) -> str:
        """Open the project and compare it; know from then on whether the last action was done."""
        assert self.model is not None
        possible = [self.model]
        # What is known to be done must not be done again when it is repeated.
        is_done = self.pending[1] if self.pending else None
        if last is not None and not is_done:
            under_way = self.model.copy()
            under_way.take(last)
            possible.append(under_way)
        check_project(self.folder, with_files=False)
        found = self._objects()
        fitting = [model for model in possible if self._fits(model.now, found)]
        require(bool(fitting), f"{_difference(self.model.now, found)} (under way: {last})")
        if len(possible) == 2:
            is_done = None
        if len(possible) == 2 and len(fitting) == 1:
            is_done = fitting[0] is possible[1]
        self.model = fitting[0]
        if last is not None:
            self.pending = (last, is_done)
        return "under way too" if is_done else "all"

    def _fits(self, expected: Objects, found: Objects) -> bool:
        """Whether all is there once; what the project named is known by its pixels."""
        known = {self.called.get(name, name): drawn for name, drawn in found.items()}
        if known == expected:
            return True
        new = [name for name in known if name not in expected]
        named = [name for name in expected if name not in known]
        same = Counter(known[name] for name in new) == Counter(expected[name] for name in named)
        if not same or any(known[name] != expected[name] for name in known if name in expected):
            return False
        for name in named:
            own = next(other for other in new if known[other] == expected[name])
            new.remove(own)
            self.called[own] = name
        return True

    def _named(self, action: dict[str, Any]) -> dict[str, Any]:
        return {**action, "ids": [self.called.get(name, name) for name in action.get("ids", [])]}

    def _objects(self) -> Objects:
        store = Store(self.folder)
        try:
            return {
                row.id: (row.image_id, row.plane, _painted(row.box, row.runs).tobytes())
                for row in list_objects(store)
            }
        finally:
            store.close()

    def _draw(self, seed: int, after: float) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", "tests.soak.artist", str(self.folder), str(seed)]
        if self.pending is not None:
            real = {name: own for own, name in self.called.items()}
            again = self.pending[0]
            again = {**again, "ids": [real.get(name, name) for name in again["ids"]]}
            command.append(json.dumps(again))
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        require("ready" in process.stdout.readline(), "the artist could not open the project")
        timer = threading.Timer(after, kill_tree, [process.pid])
        timer.start()
        text = process.stdout.read()
        timer.cancel()
        process.wait()
        process.stdout.close()
        require(process.returncode == -9, f"the artist ended by itself ({process.returncode})")
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _after(objects: Objects, action: dict[str, Any]) -> Objects:
    """Return the objects after an action, reckoned with whole masks alone."""
    sort, ids = action["sort"], action["ids"]
    if any(name not in objects for name in ids):
        return objects
    changed = dict(objects)
    if sort == "delete":
        return {name: drawn for name, drawn in objects.items() if name not in ids}
    if sort == "draw":
        return _placed(changed, action, action["id"], _hand(action))
    if sort in ("add", "subtract", "move"):
        return _placed(changed, action, ids[0], _reshaped(_mask(objects[ids[0]]), action))
    return _divided_or_joined(changed, action)


def _reshaped(mask: np.ndarray, action: dict[str, Any]) -> np.ndarray:
    if action["sort"] == "move":
        return _shifted(mask, *action["by"])
    return mask | _hand(action) if action["sort"] == "add" else mask & ~_hand(action)


def _divided_or_joined(changed: Objects, action: dict[str, Any]) -> Objects:
    sort, ids = action["sort"], action["ids"]
    image, plane, own = changed[ids[0]]
    masks = [_mask(changed[name]) for name in ids]
    if sort == "merge":
        for name in ids[1:]:
            del changed[name]
        changed[ids[0]] = (image, plane, np.any(masks, axis=0).tobytes())
    elif sort == "copy":
        there = plane + action["planes"]
        if 0 <= there < PLANES:
            changed[f"of {action['uid']}"] = (image, there, own)
    else:
        is_left = np.arange(WIDTH) < action["column"]
        halves = sorted((masks[0] & is_left, masks[0] & ~is_left), key=np.sum, reverse=True)
        if halves[1].any():
            changed[ids[0]] = (image, plane, halves[0].tobytes())
            changed[f"of {action['uid']}"] = (image, plane, halves[1].tobytes())
    return changed


def _placed(objects: Objects, action: dict[str, Any], name: str, mask: np.ndarray) -> Objects:
    """Return the objects with one drawn, as it meets the others of its plane."""
    place = (action["image"], action["plane"])
    changed = dict(objects)
    for other, drawn in objects.items():
        if other == name or drawn[:2] != place or action["overlap"] == "allow":
            continue
        if action["overlap"] == "protect":
            mask = mask & ~_mask(drawn)
        else:
            left = _mask(drawn) & ~mask
            changed[other] = (*place, left.tobytes())
            if not left.any():
                del changed[other]
    changed[name] = (*place, mask.tobytes())
    if not mask.any():
        del changed[name]
    return changed


def _mask(drawn: Drawn) -> np.ndarray:
    return np.frombuffer(drawn[2], dtype=bool).reshape(HEIGHT, WIDTH)


def _hand(action: dict[str, Any]) -> np.ndarray:
    """Return what a box or a dab covers."""
    rows, columns = np.indices((HEIGHT, WIDTH)) + 0.5
    if "box" in action:
        x1, y1, x2, y2 = action["box"]
        covered: np.ndarray = (columns > x1) & (columns < x2) & (rows > y1) & (rows < y2)
    else:
        x, y, radius = action["dab"]
        covered = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    return covered


def _shifted(mask: np.ndarray, across: int, down: int) -> np.ndarray:
    spare = HEIGHT + WIDTH
    wide = np.pad(mask, spare)
    return wide[
        spare - down : spare - down + HEIGHT, spare - across : spare - across + WIDTH
    ].copy()


def _painted(box: tuple[int, int, int, int], runs: tuple[int, ...]) -> np.ndarray:
    """Return stored run lengths as a mask of the whole image; they must fill their box."""
    x1, y1, x2, y2 = box
    area = (x2 - x1) * (y2 - y1)
    require(0 <= x1 < x2 <= WIDTH and 0 <= y1 < y2 <= HEIGHT, f"an object lies at {box}")
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    # Background at the end need not be told.
    require(len(flat) <= area, f"the runs of an object are {len(flat)} pixels of {area}")
    inner = np.pad(flat, (0, area - len(flat))).reshape(y2 - y1, x2 - x1)
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[y1:y2, x1:x2] = inner
    return mask


def _difference(expected: Objects, found: Objects) -> str:
    def count(objects: Objects) -> Counter[Drawn]:
        return Counter(objects.values())

    missing, more = count(expected) - count(found), count(found) - count(expected)
    return (
        f"of {len(expected)} acknowledged objects {missing.total()} are not there as they were; "
        f"{more.total()} others are"
    )
