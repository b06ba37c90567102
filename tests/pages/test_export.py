"""The Export page: the check in words, files that are what they say, and what Windows needs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from streamlit.testing.v1 import AppTest

from piximi_core.jobs.applying import apply_result
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.project.workspace import rename_project
from piximi_core.services.classifiers import export
from tests.images.readers.dicom_files import write_dicom
from tests.pages.results import button, links, texts, wait_until
from tests.services.conftest import add

pytestmark = pytest.mark.slow


def downloads(page: AppTest) -> list[str]:
    """The labels of the download buttons in the page's body."""
    return [b.proto.label for b in page.main.get("link_button")]


def test_without_a_run_it_leads_to_training(open_page, untrained):
    assert links(open_page("export", project="digits")) == ["Go to Train"]


def test_the_zip_is_checked_and_delivered(open_page, digits):
    page = open_page("export", project="digits")
    assert not downloads(page)
    button(page, "Export").click().run()
    wait_until(page, lambda p: bool(downloads(p)))
    assert "Read again and compared on 32 examples" in texts(page)
    assert len(downloads(page)) == 1
    (job,) = export.finished_exports(digits, find_run(digits, "latest").id)
    (path,) = export.delivered(job)
    assert zipfile.ZipFile(path).namelist() == ["Digits.json", "Digits.weights.bin"]


def test_loose_files_come_singly_and_together(open_page, digits):
    run = find_run(digits, "latest")
    job = export.ask(digits, run, "piximi-files")
    run_here(digits, job)
    page = open_page("export", project="digits")
    labels = downloads(page)
    assert [label.split(" · ")[0].replace("\\", "") for label in labels[:2]] == [
        "Download Digits.json",
        "Download Digits.weights.bin",
    ]
    together = export.as_zip(export.delivered(job), job.folder / "together.zip")
    assert zipfile.ZipFile(together).namelist() == ["Digits.json", "Digits.weights.bin"]


def test_a_failed_check_says_why_and_delivers_nothing(open_page, digits):
    job = export.ask(digits, find_run(digits, "latest"), "piximi")
    job.claim()
    job.fail("The written files predict otherwise than the classifier.")
    apply_result(digits, job)
    page = open_page("export", project="digits")
    assert "predict otherwise" in page.error[0].value
    assert not downloads(page)


def test_the_guide_names_the_file_the_channels_and_the_categories(open_page, digits):
    said = texts(open_page("export", project="digits")).replace("\\", "")
    assert "**Digits.zip**" in said
    assert "they must have 1 channel" in said
    assert "20 × 20 pixels" in said
    assert "0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in said
    assert "Create new categories from model classes" in said


def write_sort(path: Path, sort: str) -> Path:
    """Write an image of 20 x 20 of a sort that Piximi reads as we do, otherwise, or not."""
    pixels = np.arange(400).reshape(20, 20)
    if sort == "CT":
        return write_dicom(path, pixels.astype(np.uint16), RescaleSlope=1, RescaleIntercept=-1024)
    tifffile.imwrite(path, pixels.astype(sort))
    return path


@pytest.mark.parametrize(
    ("sort", "words"),
    [
        ("uint16", ""),
        ("int16", "signed numbers"),
        ("uint32", "numbers of 32 bit"),
        ("int32", "numbers of 32 bit"),
        ("float32", "decimal numbers"),
        ("CT", "DICOM"),
    ],
)
def test_the_guide_warns_of_images_that_piximi_reads_otherwise(
    open_page, digits, tmp_path, sort, words
):
    assert add(digits, write_sort(tmp_path / "one", sort)).added == 1
    page = open_page("export", project="digits")
    said = [warning.value for warning in page.warning]
    assert len(said) == bool(words)
    assert all(words in text for text in said)
    page.radio[0].set_value("tfjs").run()
    assert not page.warning


@pytest.mark.parametrize(("windows", "first"), [(True, "two loose files"), (False, "zip")])
def test_windows_is_offered_the_loose_files_first(windows, first):
    def choice(windows):
        from piximi_ui.exporting.format_picker import pick_format

        pick_format(windows=windows)

    drawn = AppTest.from_function(choice, args=(windows,)).run()
    assert drawn.radio[0].options[0].endswith(first)
    assert drawn.radio[0].index == 0


def test_files_are_named_after_project_and_run(digits, workspace):
    run = find_run(digits, "latest")
    assert export.export_stem(digits, run) == "Digits"  # the run of the example is named like it
    rename_project(digits, "Blood / July")
    assert export.export_stem(digits, run) == "Blood_July_Digits"


def test_without_objects_the_table_of_labels_is_proposed(open_page, digits):
    page = open_page("export", project="digits")
    page.main.get("button_group")[0].set_value("annotations").run()
    [formats] = [box for box in page.selectbox if box.label == "Format"]
    assert formats.value == "csv"
    assert "There are no objects yet" not in texts(page)
