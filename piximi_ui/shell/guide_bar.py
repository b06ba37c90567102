"""On top of every page of a project: what is done, where one is, and the one thing to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.messages import Message
from piximi_core.project.contents.kinds import Kind, list_kinds
from piximi_core.project.contents.notes.on_images import find_lacking
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.contents.things import ThingFilter
from piximi_core.project.database.store import Store
from piximi_core.services.next_step import Action, Guide, Stage, next_step
from piximi_core.vocabulary import IMAGE_KIND, is_unknown
from piximi_ui.base import begin, navigation
from piximi_ui.base.context import find_store
from piximi_ui.base.dialogs import open_dialog
from piximi_ui.base.kinds import choose_kind, current_kind, of_kind
from piximi_ui.base.navigation import PageName
from piximi_ui.images import queries
from piximi_ui.images.view import current_view, show_unlabelled
from piximi_ui.language.texts import _, plural

__all__ = ["draw", "effect"]

_PAGES: dict[Stage, PageName] = {
    Stage.ADD: "images",
    Stage.LABEL: "images",
    Stage.TRAIN: "train",
    Stage.CHECK: "evaluate",
    Stage.PREDICT: "predict",
    Stage.EXPORT: "export",
}
# Where an action has a page of its own, beside that of its step.
_OTHER_PAGES: dict[Action, PageName] = {Action.DRAW: "annotate"}
_LABELLING = (Action.LABEL, Action.BY_HAND)
_ADDING = (Action.ADD, Action.ADD_OTHERS, Action.ADD_MORE)
_BEGINNING = (Action.TRAIN, Action.TRAIN_AGAIN, Action.PREDICT)


def draw() -> None:
    """Draw the bar; a project that cannot be opened is the page's to explain."""
    begin.turn()
    try:
        store = find_store()
    except PiximiError:
        return
    if store is None or navigation.current() == "home":
        return
    kind, guide = _about(store)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="guide", width="stretch"
    ):
        with st.container(horizontal=True, vertical_alignment="center", gap=None, key="guide-way"):
            for stage in Stage:
                _step(stage, guide)
        _next(store, kind, guide)


def _about(store: Store) -> tuple[Kind, Guide]:
    """Return the kind that the way is about, and where the project stands on it.

    Who draws is not asked to sort the images: as long as none has a category, the way is that of
    the objects, or of the first object to be drawn.
    """
    kind = current_kind(store)
    guide = next_step(store, kind.id)
    sorts = guide.action is Action.NAME and not guide.count
    if navigation.current() != "annotate" or not kind.is_image or not sorts:
        return kind, guide
    drawn = next((each for each in list_kinds(store) if not (each.is_image or each.hidden)), None)
    if drawn is None:
        return kind, replace(guide, action=Action.DRAW, count=1)
    return drawn, next_step(store, drawn.id)


def _names() -> dict[Stage, str]:
    return {
        Stage.ADD: _("Add"),
        Stage.LABEL: _("Label", "to label"),
        Stage.TRAIN: _("Train"),
        Stage.CHECK: _("Evaluate"),
        Stage.PREDICT: _("Predict"),
        Stage.EXPORT: _("Export"),
    }


def _step(stage: Stage, guide: Guide) -> None:
    name, done = _names()[stage], stage in guide.done
    # More images begin the way anew, but what was done stays done.
    present = stage is guide.action.stage and guide.action is not Action.ADD_MORE
    icon = f":material/counter_{list(Stage).index(stage) + 1}:"
    tip = _("Later")
    if present:
        # Bold is also what the style knows the present step by.
        tip, name = _("Now"), f"**{name}**"
    elif done:
        icon, tip = ":material/check_circle:", _("Done")
    navigation.link(_PAGES[stage], label=name, icon=icon, help_text=tip)


def _next(store: Store, kind: Kind, guide: Guide) -> None:
    """Draw the button that leads to what comes next; there, say it only."""
    page = _page(guide.action)
    if guide.action is Action.ADD_MORE and navigation.current() == "export":
        with st.container(width="content", key="guide-next"):
            st.markdown(_(":material/check_circle: **Ready for Piximi:** download the file below"))
        return
    label, tip = effect(guide, kind.id)
    if page != navigation.current():
        with st.container(width="content", key="guide-next"):
            if st.button(
                label, icon=":material/arrow_forward:", type="primary", help=tip, key="guide-go"
            ):
                _go(store, kind, guide)
        return
    with st.container(width="content", key="guide-next"):
        if guide.action in _LABELLING and _hides_unlabelled(store, kind.id):
            st.button(
                label,
                icon=":material/filter_list:",
                help=_("Shows only what has no label yet."),
                key="guide-unlabelled",
                on_click=show_unlabelled,
                args=(store,),
            )
        elif guide.action is Action.NAME:
            st.button(
                label,
                icon=":material/add:",
                type="primary",
                help=tip,
                key="guide-category",
                on_click=open_dialog,
                args=("category",),
                kwargs={"category": None},
            )
        else:
            st.markdown(
                _(":material/arrow_downward: Next: **{effect}**").format(effect=label), help=tip
            )


def _page(action: Action) -> PageName:
    return _OTHER_PAGES.get(action) or _PAGES[action.stage]


def _go(store: Store, kind: Kind, guide: Guide) -> None:
    """Turn to the page of the next step; what the button named begins there by itself."""
    choose_kind(store, kind.id)
    if guide.action is Action.DRAW:
        order = queries.ordered_ids(store, store.revision(), ThingFilter())
        empty = find_lacking(store, order, -1, "objects") or 0
        navigation.go_to("annotate", image=order[empty])
        return
    if guide.action in _ADDING and kind.is_image:
        open_dialog("add")
    elif guide.action is Action.BY_HAND:
        show_unlabelled(store)
    elif guide.action in _BEGINNING:
        begin.ask(_PAGES[guide.action.stage])
    run_id = guide.run_id
    if guide.action is Action.CHECK:
        # The run that one has before one's eyes, rather than the newest.
        looked_at = st.query_params.get("run")
        trained = {run.id for run in list_runs(store, kind.id) if run.has_classifier}
        run_id = looked_at if looked_at in trained else run_id
    navigation.go_to(_PAGES[guide.action.stage], **({"run": run_id} if run_id else {}))


def _hides_unlabelled(store: Store, kind_id: str) -> bool:
    """Whether the things without a label stand among others at this moment."""
    counts = queries.counts(store, store.revision(), kind_id)
    others = any(not is_unknown(category_id) for category_id in counts)
    return others and current_view(store).state != "unlabelled"


def effect(guide: Guide, kind_id: str = IMAGE_KIND) -> tuple[str, str]:
    """Return what the next step does, as a button says it, and why in one line."""
    if guide.action is Action.LABEL:
        text = plural(
            "Label {n} more: each category needs 10",
            "Label {n} more: each category needs 10",
            guide.count,
        )
        return text, of_kind(
            kind_id,
            Message("Select {things}, then press the number of their category or click it."),
        )
    if guide.action is Action.DRAW:
        return _drawing(guide.count, kind_id)
    if kind_id != IMAGE_KIND and guide.action in _OBJECT_EFFECTS:
        return _OBJECT_EFFECTS[guide.action](guide.count), _object_reasons(guide.action)
    counted = {
        Action.TRAIN: plural("Train on {n} image", "Train on {n} images", guide.count),
        Action.TRAIN_AGAIN: plural(
            "Train again on {n} image", "Train again on {n} images", guide.count
        ),
        Action.PREDICT: plural("Predict {n} image", "Predict {n} images", guide.count),
        Action.REVIEW: plural("Review {n} prediction", "Review {n} predictions", guide.count),
        Action.BY_HAND: plural("Label {n} by hand", "Label {n} by hand", guide.count),
    }
    plain_words = {
        Action.ADD: _("Add images"),
        Action.NAME: _("Make a second category") if guide.count else _("Make your first category"),
        Action.ADD_OTHERS: _("Add images of a second category"),
        Action.WATCH: _("Watch the training"),
        Action.CHECK: _("See how good it is"),
        Action.EXPORT: _("Export for Piximi"),
        Action.ADD_MORE: _("Add more images"),
    }
    return {**counted, **plain_words}[guide.action], _reasons()[guide.action]


def _drawing(count: int, kind_id: str) -> tuple[str, str]:
    if kind_id == IMAGE_KIND and count:
        return _("Draw the first object"), _("Choose a tool beside the picture, such as Smart box.")
    if kind_id == IMAGE_KIND:
        return _("Draw on the next image"), _("Others have objects already; this one has none yet.")
    return (
        plural("Draw {n} more object", "Draw {n} more objects", count),
        _("A classifier needs about ten objects of each category."),
    )


def _reasons() -> dict[Action, str]:
    return {
        Action.ADD: _("Pictures from your computer, a folder or a zip."),
        Action.NAME: _("One for each sort that you want to tell apart, such as Healthy and Sick."),
        Action.ADD_OTHERS: _("All images are labelled alike: there is nothing to tell apart yet."),
        Action.TRAIN: _("The computer learns from the images that have a label."),
        Action.TRAIN_AGAIN: _("There are more labelled images than the last training saw."),
        Action.WATCH: _("A training is under way; you can leave the page meanwhile."),
        Action.CHECK: _("Compares its answers with labels that it has not learned from."),
        Action.PREDICT: _("Lets the trained classifier label the rest, beside your labels."),
        Action.REVIEW: _("Accept what is right, correct what is wrong."),
        Action.BY_HAND: _(
            "Their predictions were rejected; the same run would say the same again."
        ),
        Action.EXPORT: _("Makes a file that opens in Piximi, and checks it."),
        Action.ADD_MORE: _("All is done; new images can be predicted at once."),
    }


# Where the words about objects are others than those about images.
_OBJECT_EFFECTS: dict[Action, Callable[[int], str]] = {
    Action.ADD: lambda _n: _("Bring in objects"),
    Action.ADD_OTHERS: lambda _n: _("Bring in objects of a second category"),
    Action.ADD_MORE: lambda _n: _("Bring in more objects"),
    Action.TRAIN: lambda n: plural("Train on {n} object", "Train on {n} objects", n),
    Action.TRAIN_AGAIN: lambda n: plural(
        "Train again on {n} object", "Train again on {n} objects", n
    ),
    Action.PREDICT: lambda n: plural("Predict {n} object", "Predict {n} objects", n),
}


def _object_reasons(action: Action) -> str:
    return {
        Action.ADD: _("Objects come in with annotation files and projects from Piximi."),
        Action.ADD_OTHERS: _("All objects are labelled alike: there is nothing to tell apart yet."),
        Action.ADD_MORE: _("All is done; new objects can be predicted at once."),
        Action.TRAIN: _("The computer learns from the objects that have a label."),
        Action.TRAIN_AGAIN: _("There are more labelled objects than the last training saw."),
    }.get(action) or _reasons()[action]
