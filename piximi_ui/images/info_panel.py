"""Beside the gallery: what is known of the selected images, and changing it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import streamlit as st

from piximi_core.messages import Message
from piximi_core.project.contents.categories import Category, list_categories
from piximi_core.project.contents.labelling import label_things, rename_thing, set_partition
from piximi_core.project.contents.objects import change_kind, ids_inside, read_runs
from piximi_core.project.contents.predictions import accept_predictions, reject_predictions
from piximi_core.project.contents.things import Thing, ThingFilter
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND, PARTITIONS
from piximi_ui.annotating.chosen import annotate
from piximi_ui.base.class_titles import titled
from piximi_ui.base.context import errors_shown, say, who
from piximi_ui.base.dialogs import open_dialog
from piximi_ui.base.gallery_items import pixel_size_in_words
from piximi_ui.base.kinds import choose_kind, kind_label, of_kind
from piximi_ui.images import browser, queries
from piximi_ui.images.view import impose_selection, show_ids
from piximi_ui.language.glossary import partition_name, partition_tip, tip
from piximi_ui.language.texts import _, number, percent, plain, plural, told, when

__all__ = ["draw", "facts_of", "shared_facts"]

_MOST_COMPARED = 500  # images whose values are compared; beyond, it would delay every click


def draw(
    store: Store,
    revision: int,
    kind_id: str,
    selected: tuple[str, ...],
    categories: Sequence[Category],
) -> None:
    """Draw the panel for what is selected."""
    if len(selected) == 1:
        found = queries.things(store, revision, selected)
        if found:
            _single(store, revision, found[0], categories)
            return
    if len(selected) > 1:
        _several(store, revision, kind_id, selected, categories)
        return
    st.markdown(f"**{_('Selection')}**")
    st.caption(of_kind(kind_id, Message("Click an {thing} to select it, with Shift for a range.")))


def _several(
    store: Store,
    revision: int,
    kind_id: str,
    selected: tuple[str, ...],
    categories: Sequence[Category],
) -> None:
    count = of_kind(
        kind_id, Message.plural("{n} {thing} selected", "{n} {things} selected", n=len(selected))
    )
    st.markdown(f"**{count}**")
    slot = f"{len(selected)}-{hash(selected)}"
    names = {category.id: category.name[:80] for category in categories}
    things = queries.things(store, revision, selected) if len(selected) <= _MOST_COMPARED else ()
    chosen = st.selectbox(
        _("Category"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=_now({names.get(thing.category_id, "") for thing in things}),
        key=f"many-category-{slot}",
    )
    partition = st.selectbox(
        _("Partition"),
        PARTITIONS,
        index=None,
        format_func=partition_name,
        help=partition_tip(),
        placeholder=_now({partition_name(thing.partition) for thing in things}),
        key=f"many-partition-{slot}",
    )
    kind = _pick_kind(store, revision, kind_id, slot)
    label = of_kind(
        kind_id, Message.plural("Apply to {n} {thing}", "Apply to {n} {things}", n=len(selected))
    )
    unchanged = chosen is None and partition is None and kind == kind_id
    if st.button(label, disabled=unchanged, width="stretch", key="many-apply"):
        with errors_shown():
            if chosen is not None:
                label_things(store, selected, chosen, who=who())
            if partition is not None:
                set_partition(store, selected, partition, who=who())
            if kind != kind_id:
                _move(store, revision, selected, kind)
            st.rerun()
    wanted = ThingFilter(kind_id=kind_id, ids=selected, predicted=True)
    predicted = queries.ordered_ids(store, revision, wanted)
    if predicted:
        text = plural("**{n}** with a prediction", "**{n}** with a prediction", len(predicted))
        st.markdown(text)
        _answer(store, predicted)
    if things:
        _facts(shared_facts([facts_of(thing) for thing in things]))
    if len(selected) == 2:
        _compare_button(selected)
    if kind_id == IMAGE_KIND:
        _annotate_button(store, selected)
    _delete_button(kind_id, selected)


def _annotate_button(store: Store, selected: tuple[str, ...]) -> None:
    text = plural("Annotate {n} image", "Annotate {n} images", len(selected))
    if st.button(
        text,
        icon=":material/draw:",
        width="stretch",
        key="annotate-selected",
        help=_("Draw the objects in it: nuclei, cells, whatever is to be told apart"),
    ):
        annotate(store, selected)


def _compare_button(selected: tuple[str, ...]) -> None:
    st.button(
        _("Compare"),
        icon=":material/compare:",
        width="stretch",
        key="compare",
        help=_("Look at both beside each other"),
        on_click=open_dialog,
        args=("compare",),
        kwargs={"ids": selected},
    )


def _pick_kind(store: Store, revision: int, kind_id: str, slot: str) -> str:
    """Draw the choice of another kind for objects, where there is another; return the choice."""
    if kind_id == IMAGE_KIND:
        return kind_id
    names = {k.id: k.name[:80] for k in queries.kinds(store, revision) if not k.is_image}
    if len(names) < 2:
        return kind_id
    chosen = st.selectbox(
        _("Kind"),
        list(names),
        index=list(names).index(kind_id),
        format_func=names.__getitem__,
        help=_("A label is kept where the other kind has a category of that name."),
        key=f"kind-of-{slot}",
    )
    return str(chosen)


def _move(store: Store, revision: int, ids: Sequence[str], kind_id: str) -> None:
    """Move objects to another kind, and say where they went."""
    count = change_kind(store, ids, kind_id, who=who())
    name = next(k.name for k in queries.kinds(store, revision) if k.id == kind_id)
    impose_selection(store, ())
    say(
        plural("Moved {n} object to {name}.", "Moved {n} objects to {name}.", count).replace(
            "{name}", plain(name, 40)
        )
    )


def _now(values: set[str]) -> str:
    """Return what an empty choice says: the value that all of them have, if there is one."""
    if len(values) != 1:
        return _("Set for all")
    return _("All: {value}").format(value=next(iter(values)))


def shared_facts(each: Sequence[dict[str, str]]) -> dict[str, str]:
    """Return what several images have in common; what differs is said to."""
    labels = dict.fromkeys(chain.from_iterable(each))
    shared = {}
    for label in labels:
        values = {facts.get(label) for facts in each}
        shared[label] = str(next(iter(values))) if len(values) == 1 else _("various")
    return shared


def _delete_button(kind_id: str, selected: tuple[str, ...]) -> None:
    st.button(
        of_kind(
            kind_id, Message.plural("Delete {n} {thing}", "Delete {n} {things}", n=len(selected))
        ),
        icon=":material/delete:",
        width="stretch",
        key="delete-selected",
        on_click=open_dialog,
        args=("delete",),
        kwargs={"ids": selected},
    )


def _single(store: Store, revision: int, thing: Thing, categories: Sequence[Category]) -> None:
    st.markdown(f"**{of_kind(thing.kind_id, Message('{thing!c}'))}**")
    # The keys hold the stored value, so that a widget never shows one that changed elsewhere.
    name = st.text_input(_("Name"), thing.name, max_chars=300, key=f"name-{thing.id}-{thing.name}")
    names = {category.id: category.name[:80] for category in categories}
    chosen = st.selectbox(
        _("Category"),
        list(names),
        index=list(names).index(thing.category_id),
        format_func=names.__getitem__,
        key=f"category-of-{thing.id}-{thing.category_id}",
    )
    partition = st.selectbox(
        _("Partition"),
        PARTITIONS,
        index=PARTITIONS.index(thing.partition),
        format_func=partition_name,
        help=partition_tip(),
        key=f"partition-of-{thing.id}-{thing.partition}",
    )
    kind = _pick_kind(store, revision, thing.kind_id, f"{thing.id}-{thing.kind_id}")
    with errors_shown():
        if name != thing.name:
            rename_thing(store, thing.id, name, who=who())
            st.rerun()
        if chosen != thing.category_id:
            label_things(store, [thing.id], chosen, who=who())
            st.rerun()
        if partition != thing.partition:
            set_partition(store, [thing.id], partition, who=who())
            st.rerun()
        if kind != thing.kind_id:
            _move(store, revision, [thing.id], kind)
            st.rerun()
    if thing.prediction is not None:
        _prediction(store, thing)
    _facts(facts_of(thing))
    _ways_on(store, revision, thing)


def _ways_on(store: Store, revision: int, thing: Thing) -> None:
    """Draw the buttons that lead from one image or object to more about it."""
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("Details"),
            icon=":material/edit_note:",
            help=_("Free columns of your own, such as patient group or stain"),
            key="details",
            on_click=open_dialog,
            args=("details",),
            kwargs={"thing_id": thing.id},
        )
        st.button(
            _("Enlarge"),
            icon=":material/open_in_full:",
            key="enlarge",
            on_click=open_dialog,
            args=("picture",),
            kwargs={"ids": (thing.id,)},
        )
    if thing.image_id is not None:
        st.button(
            _("Show its image"),
            icon=":material/image:",
            width="stretch",
            key="show-parent",
            on_click=_show_parent,
            args=(store, thing.image_id),
        )
    else:
        _objects_inside(store, revision, thing)
        _annotate_button(store, (thing.id,))
    _delete_button(thing.kind_id, (thing.id,))


def _objects_inside(store: Store, revision: int, image: Thing) -> None:
    """Draw a button for each kind of objects in an image, which shows only those."""
    inside = ids_inside(store, image.id)
    for kind in queries.kinds(store, revision):
        ids = inside.get(kind.id)
        if ids and not kind.hidden:
            st.button(
                f"{kind_label(kind, 30)} :gray[{number(len(ids))}]",
                icon=":material/category:",
                width="stretch",
                key=f"inside-{kind.id}",
                help=_("Show the objects of this kind in this image"),
                on_click=_show_inside,
                args=(store, kind.id, image.name, ids),
            )


def _show_inside(store: Store, kind_id: str, image: str, ids: Sequence[str]) -> None:
    browser.note_act()
    show_ids(store, kind_id, _("Objects in {image}").format(image=image[:60]), ids)


def _show_parent(store: Store, image_id: str) -> None:
    browser.note_act()
    choose_kind(store, IMAGE_KIND)
    impose_selection(store, (image_id,))
    open_dialog("picture", ids=(image_id,))


def _prediction(store: Store, thing: Thing) -> None:
    assert thing.prediction is not None
    text = (
        _("Predicted **{name}**, {share}")
        if thing.prediction.confidence
        else _("Predicted **{name}**")
    )
    said = thing.prediction
    names = {category.id: category.name for category in list_categories(store, thing.kind_id)}
    now = names.get(said.category_id or "")
    name = titled(now, said.class_name) if now else said.class_name
    st.markdown(text.format(name=plain(name, 60), share=percent(said.confidence)))
    _answer(store, [thing.id], possible=thing.prediction.category_id is not None)


def _answer(store: Store, ids: Sequence[str], *, possible: bool = True) -> None:
    """Draw the buttons that make predictions labels, or take them away."""
    with st.container(horizontal=True, gap="small"):
        accepted = st.button(
            _("Accept"),
            icon=":material/check:",
            key="accept-prediction",
            disabled=not possible,
        )
        rejected = st.button(_("Reject"), icon=":material/close:", key="reject-prediction")
    with errors_shown():
        if accepted:
            count = accept_predictions(store, ids, who=who())
            say(plural("Accepted {n} prediction.", "Accepted {n} predictions.", count))
            st.rerun()
        if rejected:
            reject_predictions(store, ids, who=who())
            st.rerun()


def _facts(facts: dict[str, str]) -> None:
    lines = [f"{label}: {plain(value, 120)}" for label, value in facts.items()]
    st.caption("  \n".join(lines), help=f"{tip('channel')}\n\n{tip('plane')}")


def _place_of(thing: Thing) -> dict[str, str]:
    """Return where an object lies and how large it is; nothing for an image."""
    if thing.box is None:
        return {}
    x1, y1, x2, y2 = thing.box
    area = sum(read_runs(thing.mask)[1::2])
    return {
        _("In the image"): thing.image_name,
        _("Plane"): number(thing.active_plane + 1),
        _("Box"): _("x {x1} to {x2}, y {y1} to {y2}").format(
            x1=number(x1), x2=number(x2), y1=number(y1), y2=number(y2)
        ),
        _("Area"): plural("{n} pixel", "{n} pixels", area),
    }


def facts_of(thing: Thing) -> dict[str, str]:
    """Return what is known of an image or an object, by label, in words."""
    facts = _place_of(thing) | {
        _("Size"): f"{number(thing.width)} × {number(thing.height)}",
        _("Channels"): str(thing.channels),
        _("Depth"): _("{n} bit").format(n=thing.bit_depth)
        + (_(" float") if thing.dtype.startswith("float") else ""),
    }
    if thing.box is None:
        facts[_("Planes")] = str(thing.planes)
    if pixel_size := pixel_size_in_words(thing):
        facts[_("Pixel size")] = pixel_size
    if thing.labelled_by:
        at = f", {when(thing.labelled_at)}" if thing.labelled_at else ""
        facts[_("Labelled by")] = f"{thing.labelled_by}{at}"
    for note in thing.notes:
        facts.setdefault(_("Notes"), "")
        facts[_("Notes")] = "; ".join(filter(None, [facts[_("Notes")], told(note)]))
    facts.update({str(name)[:60]: str(value) for name, value in thing.metadata.items()})
    return facts
