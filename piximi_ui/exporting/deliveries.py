"""Finished exports: the self-check in words, and the files to download."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from piximi_core.jobs.folder import Job
from piximi_core.project.contents.runs import Run
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers.export import EXPORT, as_zip, delivered, finished_exports
from piximi_ui.exporting.format_picker import format_names
from piximi_ui.language.texts import _, plain, plural, size, when
from piximi_ui.server.file_routes import download_link, file_address, made_address

__all__ = ["check_in_words", "draw_deliveries"]


def draw_deliveries(store: Store, run: Run) -> None:
    """Draw the run's newest export with its files, and earlier ones folded away."""
    jobs = finished_exports(store, run.id)
    if not jobs:
        return
    with st.container(border=True):
        _draw(jobs[0], prominent=True)
    if len(jobs) > 1:
        title = plural("{n} earlier export", "{n} earlier exports", len(jobs) - 1)
        with st.expander(title, icon=":material/history:"):
            for job in jobs[1:]:
                _draw(job, prominent=False)


def _draw(job: Job, *, prominent: bool) -> None:
    request, paths = EXPORT.request(job), delivered(job)
    name = format_names().get(request.format, request.format)
    st.markdown(f"**{name}** · {_when(job)} · {size(EXPORT.result(job).bytes)}")
    if prominent:
        st.caption(f":material/verified: {check_in_words(job)}")
    with st.container(horizontal=True):
        if len(paths) <= 2:
            for path in paths:
                _button(path, prominent=prominent)
        if len(paths) > 1:
            _together(paths, job, prominent=prominent and len(paths) > 2)


def _button(path: Path, *, prominent: bool) -> None:
    download_link(
        _("Download {file}").format(file=f"{plain(path.name, 60)} · {size(path.stat().st_size)}"),
        file_address(path, path.name),
        primary=prominent,
    )


def _together(paths: list[Path], job: Job, *, prominent: bool) -> None:
    """Draw the download of several files at once; it is no file for Piximi itself."""
    stem = EXPORT.request(job).stem
    address = made_address(
        lambda: as_zip(paths, job.folder / "together.zip"),
        f"{stem}-unpack-me.zip",
        key=f"together-{job.id}",
    )
    download_link(
        _("Both in a zip, to unpack")
        if len(paths) == 2
        else _("All {count} files in a zip, to unpack").format(count=len(paths)),
        address,
        icon=":material/folder_zip:",
        primary=prominent,
        help_text=_("Unpack this zip first: Piximi opens the files in it, not the zip itself."),
    )


def _when(job: Job) -> str:
    return when((job.folder / "result.json").stat().st_mtime)


def check_in_words(job: Job) -> str:
    """Say what the export's check of itself found."""
    result = EXPORT.result(job)
    compared = result.compared
    # Without images, exports of earlier versions compared on none.
    if not compared:
        return _("Read again: all weights are equal. There was nothing to predict.")
    found = (
        plural(
            "Read again and compared on {n} random picture, because the project holds no images "
            "that it could take",
            "Read again and compared on {n} random pictures, because the project holds no images "
            "that it could take",
            compared,
        )
        if result.random
        else plural(
            "Read again and compared on {n} example of this project",
            "Read again and compared on {n} examples of this project",
            compared,
        )
    )
    return found + _(": the largest difference of a probability is {difference}.").format(
        difference=_small(result.difference)
    )


def _small(number: float) -> str:
    """Write a small number as people do: 2 × 10⁻⁸."""
    if number == 0:
        return "0"
    mantissa, exponent = f"{number:.0e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{raised}"
