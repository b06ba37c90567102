"""The dialogs that show one image in full size, or two beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.messages import Message
from piximi_core.project.contents.categories import Category
from piximi_core.project.contents.looks import keep_look, keep_look_for_all, look_of
from piximi_core.project.contents.things import Thing, get_things
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import UNKNOWN_COLOR
from piximi_ui.annotating.chosen import annotate
from piximi_ui.base.class_titles import titled
from piximi_ui.base.context import picture_token, who
from piximi_ui.base.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.base.gallery_items import gallery_categories
from piximi_ui.base.kinds import current_kind_id, of_kind
from piximi_ui.base.label_actions import ALLOWED, ANSWERS, label_actions
from piximi_ui.components.gallery import gallery_view
from piximi_ui.components.viewer import (
    Shown,
    ViewerAction,
    ViewerImage,
    ViewerLabels,
    ViewerTag,
    viewer,
)
from piximi_ui.images import queries
from piximi_ui.images.view import gallery_key, wanted_now
from piximi_ui.language.texts import _, number, percent, plural, told
from piximi_ui.server.actions import Ledger
from piximi_ui.server.pictures import (
    levels_address,
    object_address,
    outlines_address,
    plane_address,
    progress_address,
)

__all__ = ["act", "draw"]

_SAID = "piximi_viewer_said"
_DRAW_ON = "piximi_viewer_annotate"
_MOST_SELECTED = 1_000  # that go to the browser; more are annotated from beside the gallery
_LEDGER = "piximi_viewer_ledger"
# Images that the browser has at hand around the one that is shown.
_BEFORE, _AFTER = 3, 8


def draw(store: Store) -> None:
    """Draw the dialog that was asked for, if it is one of these."""
    for name, title, body in (
        ("picture", of_kind(current_kind_id(store), Message("{thing!c}")), _one),
        ("compare", _("Compare"), _two),
    ):
        if (data := dialog_data(name)) is None:
            continue
        if len(get_things(store, data["ids"])) < len(data["ids"]):
            close_dialog()
            return
        st.dialog(title, width="large", on_dismiss=close_dialog)(body)(store)


def _one(store: Store) -> None:
    _leave_to_annotate(store)
    # Asked again at each drawing: the dialog draws itself anew when the person goes on.
    things = _asked(store, "picture")
    if not things:
        return
    [thing] = things
    order = _order(store, store.revision())
    at = order.index(thing.id) if thing.id in order else None
    around = None
    first, end = (at - _BEFORE, at + 1 + _AFTER) if at is not None else (0, 0)
    at_hand = order[max(0, first) : end] if at is not None else (thing.id,)
    token = picture_token(store)
    places = {thing_id: max(0, first) + n for n, thing_id in enumerate(at_hand)}

    def images() -> list[ViewerImage]:
        found = {image.id: image for image in _images(store, token, get_things(store, at_hand))}
        return [
            replace(found[each], place=places[each] if at is not None else None)
            for each in at_hand
            if each in found
        ]

    shown = images()
    here = next(image for image in shown if image.id == thing.id)
    if at is not None:
        here_at = shown.index(here)
        around = (shown[:here_at], shown[here_at + 1 :])
    selected = gallery_view(gallery_key(store)).selected if thing.box is None else ()
    viewer(
        [here],
        key="viewer",
        around=around,
        total=len(order) if at is not None else 0,
        labels=_labels(store, thing, images),
        ahead=[_plane(near) for near in [*around[1][:2], *around[0][-1:]]] if around else [],
        annotates=True,
        selected=selected if len(selected) <= _MOST_SELECTED else (),
        said=st.session_state.pop(_SAID, ""),
        on_action=lambda action: act(store, action),
    )


def _leave_to_annotate(store: Store) -> None:
    """Turn to the Annotate page, if that was asked for: with these images, or those of objects."""
    asked: tuple[str, ...] = st.session_state.pop(_DRAW_ON, ())
    found = [thing.image_id or thing.id for thing in get_things(store, asked)]
    if found:
        close_dialog()
        annotate(store, tuple(dict.fromkeys(found)))


def _order(store: Store, revision: int) -> tuple[str, ...]:
    """Return what is walked through: the view as it was when the dialog was opened.

    What is labelled on the way may no longer pass the view's filter, and is not lost from sight.
    """
    data = dialog_data("picture") or {}
    if "order" not in data:
        data["order"] = queries.ordered_ids(store, revision, wanted_now(store))
    order: tuple[str, ...] = data["order"]
    return order


def _labels(store: Store, thing: Thing, images: Callable[[], list[ViewerImage]]) -> ViewerLabels:
    ledger: Ledger = st.session_state.setdefault(f"{_LEDGER}:{store.folder.name}", Ledger())

    def read() -> Shown:
        revision = store.revision()
        known = {
            kind.id: gallery_categories(store, kind.id)
            for kind in queries.kinds(store, revision)
            if kind.id == thing.kind_id or not (thing.box or kind.hidden)
        }
        return Shown(images(), known, str(revision))

    return ViewerLabels(
        ledger,
        gallery_key(store),
        (*ALLOWED, *ANSWERS),
        read,
        label_actions(store, thing.kind_id),
    )


def _two(store: Store) -> None:
    _leave_to_annotate(store)
    things = _asked(store, "compare")
    if not things:
        return
    linked = len({(thing.channels, thing.dtype) for thing in things}) == 1
    if not linked:
        st.caption(
            _("These images differ in channels or depth, so each is shown in its own range.")
        )
    viewer(
        _images(store, picture_token(store), things),
        key="viewer-compare",
        linked=linked,
        annotates=True,
        said=st.session_state.pop(_SAID, ""),
        on_action=lambda action: act(store, action),
    )


def _asked(store: Store, name: str) -> list[Thing]:
    data = dialog_data(name)
    return get_things(store, data["ids"]) if data is not None else []


def act(store: Store, action: ViewerAction) -> None:
    """Do what the viewer asks for: go on, or keep a look; what came of it is said in the viewer."""
    if action.type == "step":
        order = _order(store, store.revision())
        if action.ids[0] in order:
            at = order.index(action.ids[0]) + action.by
            ids = (order[max(0, min(at, len(order) - 1))],)
            open_dialog("picture", ids=ids, order=order)
        return
    if action.type == "annotate":
        st.session_state[_DRAW_ON] = action.ids
        return
    try:
        if action.type == "keep":
            keep_look(store, action.ids, action.look, who=who())
            st.session_state[_SAID] = _("Kept.")
        else:
            st.session_state[_SAID] = _keep_all(store, action)
    except PiximiError as error:
        st.session_state[_SAID] = told(str(error))


def _keep_all(store: Store, action: ViewerAction) -> str:
    count, left = keep_look_for_all(store, action.ids[0], action.look, who=who())
    said = plural("{n} image is shown so.", "{n} images are shown so.", count)
    if left:
        said += " " + plural(
            "{n} image with other channels or depth was left as it is.",
            "{n} images with other channels or depth were left as they are.",
            left,
        )
    return said


def _plane(image: ViewerImage) -> str:
    address = image.plane.replace("{plane}", "0")
    return f"{address}?look={image.look}" if image.look else address


def _images(store: Store, token: str, things: Sequence[Thing]) -> list[ViewerImage]:
    revision = store.revision()
    kinds = {thing.kind_id for thing in things}
    known = {c.id: c for kind in kinds for c in queries.categories(store, revision, kind)}
    return [_image(token, revision, thing, known) for thing in things]


def _plane_of(token: str, thing: Thing) -> str:
    if thing.box is None:
        return plane_address(token, thing.file_sha256, "{plane}")
    return object_address(token, thing.id, thing.view, "whole")


def _image(token: str, revision: int, thing: Thing, categories: dict[str, Category]) -> ViewerImage:
    label = prediction = None
    if thing.is_labelled and thing.category_id in categories:
        category = categories[thing.category_id]
        label = ViewerTag(category.name, category.color)
    if thing.prediction is not None:
        said = thing.prediction
        now = categories.get(said.category_id or "")
        prediction = ViewerTag(
            titled(now.name, said.class_name) if now else said.class_name,
            now.color if now else UNKNOWN_COLOR,
            percent(said.confidence) if said.confidence else "",
        )
    facts = [
        f"{number(thing.width)} × {number(thing.height)}",
        plural("{n} channel", "{n} channels", thing.channels),
        _("{n} bit").format(n=thing.bit_depth),
    ]
    return ViewerImage(
        id=thing.id,
        name=thing.name,
        plane=_plane_of(token, thing),
        levels=levels_address(token, thing.file_sha256),
        look=str(look_of(thing) or ""),
        width=thing.width,
        height=thing.height,
        planes=thing.planes,
        facts=" · ".join(facts),
        label=label,
        prediction=prediction,
        kind=thing.kind_id,
        outlines="" if thing.box else outlines_address(token, thing.id, revision),
        progress="" if thing.box else progress_address(token, thing.file_sha256),
    )
