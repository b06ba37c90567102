"""What to click in Piximi, for the format that was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import streamlit as st

from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.thing_facts import ImageSort
from piximi_core.services.classifiers.export import ExportFormat
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.language.texts import _, plain, plural, told

__all__ = ["draw_guide"]

_SHOWN_CLASSES = 12


def draw_guide(
    run: Run,
    chosen: ExportFormat,
    stem: str,
    sorts: AbstractSet[ImageSort],
    notes: Sequence[str],
    names: Sequence[str],
) -> None:
    """Draw the steps in Piximi 1.1.4, with what the classifier expects and answers.

    Parameters
    ----------
    stem
        What the files are named after.
    sorts
        Which sorts of images the project holds: some Piximi reads otherwise, or does not open.
    notes
        What else Piximi will see otherwise, by `export_notes`.
    names
        What the export calls its classes.
    """
    st.subheader(_("Then, in Piximi") if chosen != "tfjs" else _("Then, in your program"))
    steps = _web_steps(run) if chosen == "tfjs" else _piximi_steps(run, chosen, stem)
    st.markdown("\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1)))
    if chosen != "tfjs":
        for text in _differences(sorts):
            st.warning(text, icon=":material/warning:")
    for note in notes:
        st.warning(plain(told(note), 600), icon=":material/warning:")
    _draw_facts(run, names, resized=chosen != "tfjs")


def _differences(sorts: AbstractSet[ImageSort]) -> list[str]:
    """Say why Piximi predicts otherwise for some images: it takes 8 and 16 bit without a sign."""
    told: dict[ImageSort, str] = {
        "decimal": _(
            "The images of this project hold decimal numbers, which Piximi does not open: "
            "convert them to 8 or 16 bit for it, and expect other predictions."
        ),
        "deep": _(
            "Images of this project hold numbers of 32 bit, which Piximi does not open: "
            "convert them to 8 or 16 bit for it, and expect other predictions."
        ),
        "signed": _(
            "Images of this project are of signed numbers, of which Piximi reads the negative ones "
            "otherwise: expect other predictions there, or convert them to 8 or 16 bit without a "
            "sign before you train."
        ),
        "dicom": _(
            "Images of this project are DICOM, of which Piximi takes the stored numbers, not their "
            "real units: expect other predictions there, or convert them to TIFF of 8 or 16 bit "
            "before you train."
        ),
    }
    return [text for sort, text in told.items() if sort in sorts]


def _piximi_steps(run: Run, chosen: ExportFormat, stem: str) -> list[str]:
    channels = run.settings["input_shape"][2]
    if chosen == "piximi":
        files = _("choose **{file}**, still packed").format(file=plain(f"{stem}.zip"))
    else:
        files = _("choose **{json}** and **{weights}** together").format(
            json=plain(f"{stem}.json"), weights=plain(f"{stem}.weights.bin")
        )
    return [
        _("Open [piximi.app](https://www.piximi.app) and your images there: {images}.").format(
            images=_needed_channels(channels)
        ),
        _(
            "In the classification panel click **Load Model**, then **Upload Local**: {files}."
        ).format(files=files),
        _("Keep **Layers Model** and click **Open Classification model**."),
        (
            _(
                "Click **Predict** and keep **Create new categories from model classes** ticked. "
                "Piximi predicts the images whose category is Unknown."
            )
            if run.kind_id == IMAGE_KIND
            else _(
                "Open the tab of the objects' kind, click **Predict** and keep **Create new "
                "categories from model classes** ticked. Piximi predicts the objects whose "
                "category is Unknown."
            )
        ),
    ]


def _needed_channels(channels: int) -> str:
    needed = plural("they must have {n} channel", "they must have {n} channels", channels)
    return needed + {1: _(" (grey)"), 3: _(" (such as RGB)")}.get(channels, "")


def _web_steps(run: Run) -> list[str]:
    height, width, channels = run.settings["input_shape"]
    return [
        _("Put model.json and all .bin files into one folder of your web site."),
        _("Load it with `await tf.loadLayersModel('model.json')`."),
        _(
            "Give it images of {height} × {width} × {channels}, resized by "
            "`tf.image.cropAndResize` with values from 0 to 1."
        ).format(height=height, width=width, channels=channels),
        _("It answers one probability per category, in the order below."),
        _("Piximi opens these files too: choose all of them together under **Load Model**."),
    ]


def _draw_facts(run: Run, classes: Sequence[str], *, resized: bool) -> None:
    height, width, channels = run.settings["input_shape"]
    size = _("{height} × {width} pixels").format(height=height, width=width)
    planes = plural("{n} channel", "{n} channels", channels)
    st.caption(
        _("**Input:** {size}, {channels}.").format(size=size, channels=planes)
        + (" " + _("Piximi resizes other sizes by itself.") if resized else "")
    )
    names = [plain(name, 40) for name in classes[:_SHOWN_CLASSES]]
    more = len(classes) - len(names)
    listed = ", ".join(names) + (plural(" and {n} more", " and {n} more", more) if more else "")
    st.caption(_("**Categories:** {names}").format(names=listed))
