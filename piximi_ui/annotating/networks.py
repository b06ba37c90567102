"""Smart tools answered by a network of ``PIXIMI_WEIGHTS``, and what it looks at before it is asked.

Where no network lies there, nothing of this is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region, moved_region
from piximi_core.annotation.tools.prompting import Prompt, crop_in_sight
from piximi_core.errors import NotFound, PiximiError
from piximi_core.images import Look
from piximi_core.messages import Message
from piximi_core.project.contents.looks import look_of
from piximi_core.project.contents.things import Thing, get_things
from piximi_core.project.database.store import Store
from piximi_core.services.prompting.pictures import picture_of
from piximi_core.services.prompting.prompter import View, shared_prompter
from piximi_core.services.prompting.weights import Network, find_networks
from piximi_ui.annotating.pixels import image_of, pixels_in
from piximi_ui.components.annotator import Ahead, Networks, Stroke
from piximi_ui.language.texts import _, told

__all__ = ["ByNetwork", "ask_network", "networks_for"]

PATIENCE = 3.0
"""Seconds that a stroke waits for a network which is still looking at the picture."""

_CLASSICALLY = Message("Outlined by brightness and edges")


@dataclass(frozen=True)
class ByNetwork:
    """What a network answered, if it did.

    Attributes
    ----------
    regions
        The objects that may be meant, in pixels of the image; None if the classical way is to
        answer.
    words
        Which way answers, and why; empty where there is only one.
    """

    regions: Sequence[Region] | None
    words: str


def networks_for(store: Store, order: Callable[[], Sequence[str]]) -> Networks:
    """Return what the annotator is told of networks.

    Parameters
    ----------
    order
        The images that one walks through.
    """
    found = find_networks()
    return Networks(
        tuple(each.name for each in found.networks),
        tuple(told(sentence) for sentence in found.refused),
        partial(_look_ahead, store, order),
    )


def ask_network(store: Store, image: Thing, stroke: Stroke, prompt: Prompt) -> ByNetwork:
    """Have the network that a stroke names answer it, if there is one and it is ready in time.

    Parameters
    ----------
    prompt
        What is asked, in pixels of the image.
    """
    found = find_networks()
    network = found.named(stroke.network)
    if network is None:
        if stroke.network:
            gone = Message("Outlined by brightness and edges: {name} is gone", name=stroke.network)
            return ByNetwork(None, told(gone))
        return ByNetwork(None, told(_CLASSICALLY) if found.networks else "")
    view = _view(store, network, image, stroke.plane, _around(stroke, prompt), stroke.channels)
    if view is None:
        return ByNetwork(None, told(_too_wide(network)))
    left, top = view.crop[:2]
    try:
        answer = shared_prompter().ask(
            view, _drawing(store, image, view), _moved(prompt, -left, -top), patience=PATIENCE
        )
    except PiximiError as error:
        why = Message("Outlined by brightness and edges: {reason}", reason=error.message)
        return ByNetwork(None, told(why))
    if answer is None:
        late = Message(
            "Outlined by brightness and edges: {name} is still looking at the picture",
            name=network.name,
        )
        return ByNetwork(None, told(late))
    regions = [moved_region(each.region, left, top) for each in answer]
    return ByNetwork(regions, told(Message("Outlined by {name}", name=network.name)))


def _look_ahead(store: Store, order: Callable[[], Sequence[str]], ahead: Ahead) -> dict[str, Any]:
    network = find_networks().named(ahead.network)
    if network is None:
        return {"state": "failed", "words": ""}
    try:
        image = image_of(store, ahead.image)
    except NotFound as error:
        return {"state": "failed", "words": told(error.message)}
    view = _view(store, network, image, ahead.plane, ahead.view, ahead.channels)
    if view is None:
        return {"state": "failed", "words": told(_too_wide(network))}
    try:
        state = shared_prompter().look(view, _drawing(store, image, view))
    except PiximiError as error:
        return {"state": "failed", "words": told(error.message)}
    _look_at_next(store, order(), ahead, network)
    if state == "ready":
        return {"state": state, "words": _("Ready")}
    return {"state": state, "words": _("Looks at the picture …")}


def _look_at_next(store: Store, ids: Sequence[str], ahead: Ahead, network: Network) -> None:
    """Have the network look at the image that comes next, as it will be seen: whole."""
    at = ids.index(ahead.image) + 1 if ahead.image in ids else len(ids)
    image = next(iter(get_things(store, ids[at : at + 1])), None)
    if image is None:
        return
    look = look_of(image)
    channels = ahead.channels if ahead.chosen else _seen_at_first(image.channels, look)
    plane = min(ahead.plane, image.planes - 1)
    view = _view(store, network, image, plane, (0, 0, image.width, image.height), channels)
    if view is not None:
        with suppress(PiximiError):  # it is said once that image is seen
            shared_prompter().look(view, _drawing(store, image, view), wanted=False)


def _seen_at_first(channels: int, look: Look | None) -> tuple[int, ...]:
    """Return the channels that are seen before a person chooses; none for all."""
    if look is not None:
        seen = tuple(at for at, channel in enumerate(look.channels) if channel.visible)
        return () if len(seen) == len(look.channels) else seen
    return (0,) if channels > 3 else ()


def _view(
    store: Store,
    network: Network,
    image: Thing,
    plane: int,
    seen: tuple[float, float, float, float],
    channels: tuple[int, ...],
) -> View | None:
    crop = crop_in_sight(seen, image.height, image.width)
    if crop is None:
        return None
    known = tuple(sorted({channel for channel in channels if channel < image.channels}))
    every = known if len(known) < image.channels else ()
    return View(network, store.folder, image.file_sha256, image.read_channels, plane, crop, every)


def _drawing(store: Store, image: Thing, view: View) -> Callable[[], NDArray[np.uint8]]:
    def draw() -> NDArray[np.uint8]:
        return picture_of(pixels_in(store, image, view.plane, view.crop, view.channels))

    return draw


def _around(stroke: Stroke, prompt: Prompt) -> tuple[float, float, float, float]:
    """Return what is in sight, and what was pointed at, which may lie beside it by now."""
    points = [*prompt.inside, *prompt.outside]
    if prompt.box is not None:
        points += [prompt.box[:2], prompt.box[2:]]
    x1, y1, x2, y2 = stroke.view
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    return min(x1, *xs), min(y1, *ys), max(x2, *xs), max(y2, *ys)


def _moved(prompt: Prompt, dx: float, dy: float) -> Prompt:
    def moved(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
        return tuple((x + dx, y + dy) for x, y in points)

    box = prompt.box
    return Prompt(
        moved(prompt.inside),
        moved(prompt.outside),
        None if box is None else (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy),
    )


def _too_wide(network: Network) -> Message:
    return Message(
        "Outlined by brightness and edges: too much is in sight for {name}; zoom in",
        name=network.name,
    )
