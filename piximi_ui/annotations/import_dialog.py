"""The dialog "Import annotations": a file, what of it fits, and only then the import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st

from piximi_core.formats.annotations.registry import FORMATS
from piximi_core.jobs import engine
from piximi_core.jobs.applying import apply_result
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.contents.kinds import list_kinds
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.services.annotations import add_annotations, read_annotations
from piximi_core.services.annotations.read_annotations import READ_ANNOTATIONS, ReadOptions
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.importing.uploads import UploadedFile, stage_together, sweep
from piximi_core.vocabulary import new_id
from piximi_ui.annotations.label_import import draw_label_import
from piximi_ui.annotations.preview import draw_preview
from piximi_ui.annotations.words import format_names
from piximi_ui.base.context import errors_shown, who
from piximi_ui.base.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.jobs import job_panel
from piximi_ui.jobs.job_bar import draw_share, draw_stop
from piximi_ui.language.texts import _, plain, plural, told

__all__ = ["draw", "draw_button"]

_NAME = "annotations"
_ENDINGS = [
    "json",
    "geojson",
    "zip",
    "xml",
    "txt",
    "roi",
    "tif",
    "tiff",
    "png",
    "yaml",
    "names",
    "csv",
]


def draw_button() -> None:
    """Draw the button that opens the dialog."""
    st.button(
        _("Import annotations"),
        icon=":material/shapes:",
        help=_("Objects from COCO, QuPath, ImageJ, Cellpose, YOLO, Pascal VOC or Piximi."),
        key="annotations-open",
        on_click=open_dialog,
        args=(_NAME,),
    )


def draw(store: Store) -> None:
    """Draw the dialog if it was asked for."""
    if dialog_data(_NAME) is not None:
        dialog = st.dialog(_("Import annotations"), width="medium", on_dismiss=close_dialog)
        dialog(_dialog)(store)


def _slot(store: Store) -> str:
    return f"piximi_annotations:{store.folder.name}"


def _look(store: Store) -> Job | None:
    """Return the look at the file that was chosen last, while its folder is there."""
    job = st.session_state.get(_slot(store))
    return job if isinstance(job, Job) and job.is_asked else None


def _draw_name(store: Store, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/description: **{plain(name, 80)}**", width="stretch")
        if st.button(_("Choose another file"), type="tertiary", key="annotations-again"):
            del st.session_state[_slot(store)]
            st.rerun()


def _dialog(store: Store) -> None:
    given = st.session_state.get(_slot(store))
    if isinstance(given, SourceFile) and given.path.is_file():
        _draw_name(store, given.name)
        if draw_label_import(store, given.path):
            _leave(store)
        return
    look = _look(store)
    if look is None:
        _choose(store)
        return
    asked = READ_ANNOTATIONS.request(look)
    _draw_name(store, asked.name)
    wanted = _options(store)
    wanted = replace(wanted, image=_image(store, look), kinds=_kinds(store, look, wanted))
    if wanted != ReadOptions(asked.format, asked.kind, asked.image, asked.kinds):
        with errors_shown():
            source = SourceFile(Path(asked.path), asked.name)
            look = _start(store, source, wanted)
    if look.state().is_active:
        st.fragment(_progress, run_every=0.5)(store, look)
    else:
        _answer(store, look)


def _leave(store: Store) -> None:
    """Close the dialog after its work, to begin anew the next time."""
    del st.session_state[_slot(store)]
    close_dialog()
    st.rerun()


def _choose(store: Store) -> None:
    st.caption(
        _(
            "One file or many, or a zip of them: COCO, QuPath GeoJSON, ImageJ ROIs, label and mask "
            "images, Pascal VOC, YOLO, Piximi, or a table of labels (CSV). Nothing is changed "
            "before you have seen what fits."
        )
    )
    files = st.file_uploader(
        _("Choose annotation files"),
        type=_ENDINGS,
        accept_multiple_files=True,
        key="annotations-upload",
        label_visibility="collapsed",
    )
    if files:
        with errors_shown():
            sweep(store.folder)
            given = [UploadedFile(file.name, file.size, file) for file in files]
            job_id = new_id()
            source = stage_together(store, given, job_id)
            if source.name.lower().endswith(".csv"):
                st.session_state[_slot(store)] = source
            else:
                _start(store, source, ReadOptions(), job_id)
            st.rerun()


def _options(store: Store) -> ReadOptions:
    """Draw how the file is to be read; nothing has to be answered."""
    left, right = st.columns(2)
    names = {"": _("Found out by itself"), **{key: format_names()[key] for key in FORMATS}}
    with left:
        chosen = st.selectbox(
            _("Format"), list(names), format_func=names.__getitem__, key="annotations-format"
        )
    kinds = [kind.name for kind in list_kinds(store) if not kind.is_image]
    with right:
        kind = st.selectbox(
            _("Kind of the objects"),
            kinds,
            index=None,
            placeholder=_("As the file says"),
            accept_new_options=True,
            help=_("Choose one, or type a new name, to put all objects into one kind."),
            key="annotations-kind",
        )
    return ReadOptions(format=str(chosen), kind=str(kind or "").strip())


def _image(store: Store, look: Job) -> str:
    """Ask which image a file of one image is about, if its name does not tell; else nothing."""
    request, result = READ_ANNOTATIONS.request(look), READ_ANNOTATIONS.found(look)
    asked = request.image
    nameless = result is not None and result.images == 1 and not result.matched
    if not asked and not nameless:
        return ""
    names = [image.name for image in list_things(store, ThingFilter(sort="name"))]
    chosen = st.selectbox(
        _("Which image is it for?"),
        names,
        index=names.index(asked) if asked in names else None,
        placeholder=_("Choose an image"),
        help=_("No image of this project is called like the file."),
        key=f"annotations-image-{request.path}",
    )
    return str(chosen or "")


def _kinds(store: Store, look: Job, wanted: ReadOptions) -> dict[str, str]:
    """Ask which kinds are meant by ids that nobody knows; return what was answered."""
    request, result = READ_ANNOTATIONS.request(look), READ_ANNOTATIONS.found(look)
    answered, asked = dict(request.kinds), dict(result.asked if result else {})
    if wanted.kind:
        return {}
    names = [kind.name for kind in list_kinds(store) if not kind.is_image]
    for kind_id in [*answered, *(one for one in asked if one not in answered)]:
        options = list(dict.fromkeys([*names, *filter(None, [answered.get(kind_id)])]))
        count = asked.get(kind_id, 0)
        chosen = st.selectbox(
            plural("Which kind is this {n} object?", "Which kind are these {n} objects?", count)
            if count
            else _("Which kind are the objects?"),
            options,
            index=options.index(answered[kind_id]) if kind_id in answered else None,
            placeholder=_("Choose a kind, or type a new name"),
            accept_new_options=True,
            help=_(
                "The file says only the number by which Piximi knows its kind, and no kind of this "
                "project has it."
            ),
            key=f"annotations-kind-{request.path}-{kind_id}",
        )
        if name := str(chosen or "").strip():
            answered[kind_id] = name
        else:
            answered.pop(kind_id, None)
    return answered


def _start(
    store: Store, source: SourceFile, options: ReadOptions, job_id: str | None = None
) -> Job:
    job = read_annotations.ask(store, source, options, job_id=job_id, who=who())
    st.session_state[_slot(store)] = job
    engine.submit(job)
    return job


def _progress(store: Store, look: Job) -> None:
    state = look.state()
    if not state.is_active:
        # The watcher does this too, a moment later; then all is drawn anew without the clock.
        apply_result(store, look)
        st.rerun()
    draw_share(look, state)
    draw_stop(look, state, key="annotations-stop")


def _answer(store: Store, look: Job) -> None:
    state = look.state()
    if state is not JobState.DONE:
        reason = look.error or _("Interrupted before it was done.")
        st.error(plain(told(reason), 500), icon=":material/error:")
        return
    result = READ_ANNOTATIONS.result(look)
    draw_preview(result)
    new, asked = result.new, bool(result.asked)
    if st.button(
        plural("Import {n} object", "Import {n} objects", new) if new else _("Nothing to import"),
        type="primary",
        disabled=not new or asked,
        key="annotations-import",
        width="stretch",
    ):
        with errors_shown():
            job = add_annotations.ask(store, look, who=who())
            engine.submit(job)
            job_panel.follow(job)
            _leave(store)
