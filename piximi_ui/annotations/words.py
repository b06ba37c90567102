"""What the annotation formats are called, and what each keeps."""

from __future__ import annotations

from piximi_core.formats.annotations.registry import FORMATS
from piximi_ui.language.texts import _

__all__ = ["format_captions", "format_names", "style_names"]


def format_names() -> dict[str, str]:
    """Return what the formats are called, the usual ones first."""
    return {
        "coco": "COCO",
        "geojson": "QuPath (GeoJSON)",
        "imagej": "ImageJ (ROI)",
        "labels": _("Label images"),
        "masks": _("Mask images"),
        "voc": "Pascal VOC",
        "yolo": "YOLO",
        "labelme": "LabelMe",
        "via": "VIA (VGG Image Annotator)",
        "labelstudio": "Label Studio",
        "createml": "CreateML",
        "piximi": _("Piximi annotations (JSON)"),
        "csv": _("Table of labels (CSV)"),
        "folders": _("Folders named after categories"),
        **{name: FORMATS[name].title for name in FORMATS.added if name in FORMATS},
    }


def format_captions() -> dict[str, str]:
    """Return one sentence for each format: what it holds, and what it does not."""
    return {
        "coco": _("One JSON file with every mask, for training and for most programs."),
        "geojson": _("One file per image with outlines, holes and colours, for QuPath."),
        "imagej": _("ROIs for the ROI Manager of ImageJ and Fiji, one zip per image."),
        "labels": _(
            "One TIFF per image: background 0, each object its own number. CellProfiler, Cellpose "
            "and scikit-image read it. Objects that overlap hide each other."
        ),
        "masks": _(
            "The TIFF files that Piximi exports, with correct values inside: Piximi 1.1.4 gives "
            "two categories the same number and all objects of a label matrix the same value."
        ),
        "voc": _("One XML file per image with boxes. The masks are not kept."),
        "yolo": _("One text file per image, with the names of the classes."),
        "labelme": _("One JSON file per image with outlines. Parts are joined by slits."),
        "via": _("One JSON file of outlines, which VIA 2 imports as annotations."),
        "labelstudio": _("One JSON file of tasks with outlines, which Label Studio imports."),
        "createml": _("One JSON file of boxes. The masks are not kept."),
        "piximi": _(
            "Piximi's own annotation file. Piximi 1.1.4 crashes on it if the project there lacks "
            "one of the kinds: hand over the whole project instead."
        ),
        "csv": _("Names, categories and partitions, for spreadsheets and for Add images."),
        "folders": _("A zip of the images, or of the cut-out objects, one folder per category."),
        **{name: FORMATS[name].caption for name in FORMATS.added if name in FORMATS},
    }


def style_names(format_name: str) -> dict[str, str]:
    """Return what the ways of writing a format are called; empty if there is only one."""
    styles = {
        "coco": {
            "polygons": _("Polygons, several for an object of several parts"),
            "piximi": _("For Piximi: one polygon per object, kinds by their ids"),
            "single": _("One polygon per object"),
            "runs": _("Run lengths (RLE)"),
        },
        "masks": {
            "label-matrices": _("Label matrices: each object its own number"),
            "labeled-instance": _("Labeled instances: each object its own colour"),
            "labeled-semantic": _("Labeled semantic: each category its own number"),
            "binary-instance": _("Binary instances: one file per object"),
            "binary-semantic": _("Binary semantic: one file per category"),
        },
        "yolo": {"boxes": _("Boxes"), "outlines": _("Outlines, for segmentation")},
        "piximi": {"1.1.4": "1.1", "0.2.0": "0.2 – 1.0", "0.1": "0.1"},
    }
    return styles.get(format_name, {})
