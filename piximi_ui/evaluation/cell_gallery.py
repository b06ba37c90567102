"""The images behind a cell of the confusion matrix, or behind all mistakes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

import streamlit as st

from piximi_core.messages import Message
from piximi_core.project.contents.relabelled import relabelled_since
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import get_things
from piximi_core.project.database.store import Store
from piximi_core.services.evaluation.evaluate_run import RunEvaluation
from piximi_core.services.scoring.class_names import classes_today
from piximi_ui.base import navigation
from piximi_ui.base.context import picture_token, say
from piximi_ui.base.gallery_items import (
    gallery_categories,
    gallery_items,
    gallery_revision,
    gallery_words,
    text_id,
)
from piximi_ui.base.kinds import counted, of_kind
from piximi_ui.base.label_actions import ALLOWED, label_actions
from piximi_ui.components.gallery import (
    GalleryPage,
    GalleryPrediction,
    gallery,
    start_gallery_over,
)
from piximi_ui.images.view import show_ids
from piximi_ui.language.texts import _, percent, plain, plural

__all__ = ["draw_cell"]

_PAGE = 24


def draw_cell(
    store: Store,
    run: Run,
    result: RunEvaluation,
    cell: tuple[int, int] | None,
    *,
    show_all: Callable[[], None],
) -> None:
    """Draw the images of a cell, (truth, prediction); without one, all mistakes.

    Parameters
    ----------
    show_all
        Takes the choice of the cell back.
    """
    ids = result.mistakes() if cell is None else result.cell(*cell)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="evaluate-head"
    ):
        title = f"**{_title(run, result, cell, len(ids))}**"
        st.markdown(title, width="content", help=_hint(run, cell, bool(ids)))
        if cell is not None:
            st.button(
                _("All mistakes"),
                icon=":material/close:",
                icon_position="right",
                help=_("Show all mistakes instead of this cell"),
                key="evaluate-all",
                on_click=show_all,
            )
        if ids and st.button(_("Open in Images"), icon=":material/photo_library:"):
            show_ids(store, run.kind_id, _plain_title(run, result, cell), ids)
            navigation.go_to("images")
    if ids:
        _draw(store, run, result, ids, cell)
    else:
        st.caption(_hint(run, cell, False))


def _title(run: Run, result: RunEvaluation, cell: tuple[int, int] | None, count: int) -> str:
    images = counted(run.kind_id, count)
    if cell is None:
        return plural("{n} mistake", "{n} mistakes", count) if count else _("No mistakes")
    truth, predicted = (plain(result.figures.classes[index], 60) for index in cell)
    if cell[0] == cell[1]:
        return _("{truth}, predicted right: {images}").format(truth=truth, images=images)
    return _("{truth}, predicted as {predicted}: {images}").format(
        truth=truth, predicted=predicted, images=images
    )


def _plain_title(run: Run, result: RunEvaluation, cell: tuple[int, int] | None) -> str:
    if cell is None:
        return _("Mistakes of {run}").format(run=run.name[:60])
    truth, predicted = (result.figures.classes[index][:60] for index in cell)
    return _("{truth}, predicted as {predicted}").format(truth=truth, predicted=predicted)


def _hint(run: Run, cell: tuple[int, int] | None, any_there: bool) -> str:
    if cell is None:
        hint = of_kind(run.kind_id, Message("Click a cell of the matrix to see its {things}."))
        return _("The most confident first. ") + hint if any_there else hint
    if not any_there:
        return of_kind(run.kind_id, Message("No {thing} is in this cell."))
    if cell[0] == cell[1]:
        return _("The most doubtful first.")
    return _("The most confident first.")


def _draw(
    store: Store,
    run: Run,
    result: RunEvaluation,
    ids: Sequence[str],
    cell: tuple[int, int] | None,
) -> None:
    key = f"evaluate-{store.folder.name}-{run.id}"
    if st.session_state.get("evaluate-shown") != (run.id, cell):
        st.session_state["evaluate-shown"] = (run.id, cell)
        start_gallery_over(key)
    token = picture_token(store)

    def page_now(page: int, only: Collection[str] | None = None) -> GalleryPage:
        revision = store.revision()
        pages = -(-len(ids) // _PAGE)
        page = min(page, pages)
        shown = [
            thing_id
            for thing_id in ids[(page - 1) * _PAGE : page * _PAGE]
            if only is None or thing_id in only
        ]
        found = {thing.id: thing for thing in get_things(store, shown, run.kind_id)}
        categories = gallery_categories(store, run.kind_id)
        return GalleryPage(
            gallery_items(
                [found[thing_id] for thing_id in shown if thing_id in found],
                categories,
                _predictions(store, run, result, shown),
                token=token,
            ),
            categories,
            page=page,
            pages=pages,
            total=len(ids),
            revision=gallery_revision(token, revision),
        )

    gallery(
        page_now,
        key=key,
        view=text_id(f"{run.id} {cell} {ids}"),
        tile=112,
        allow=ALLOWED,
        texts={
            **gallery_words(run.kind_id),
            "label_hint": of_kind(
                run.kind_id, Message("A wrong label? Select the {thing}, then click its category.")
            ),
        },
        changed=partial(relabelled_since, store),
        carry=label_actions(store, run.kind_id, answers=True),
        on_said=say,
    )


def _predictions(
    store: Store, run: Run, result: RunEvaluation, ids: Sequence[str]
) -> dict[str, GalleryPrediction]:
    place = {thing_id: number for number, thing_id in enumerate(result.ids)}
    colors = [known.color for known in classes_today(store, run)]
    said = {}
    for thing_id in ids:
        number = place[thing_id]
        predicted = int(result.predicted[number])
        said[thing_id] = GalleryPrediction(
            result.figures.classes[predicted],
            colors[predicted],
            percent(float(result.confidence[number])),
        )
    return said
