"""What installed packages add is used everywhere; what is broken is named and left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from piximi_core.annotation.regions import filled_box
from piximi_core.classification.choices import NETWORKS
from piximi_core.classification.settings import ModelSettings, settings_from
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.model import AnnotatedImage, AnnotationSet, SetObject
from piximi_core.formats.annotations.registry import (
    FORMATS,
    find_format,
    read_annotations,
    write_annotations,
)
from piximi_core.images import image_suffixes, read_picture
from piximi_core.images.readers.registry import READERS
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.classifiers import export
from piximi_core.services.examples.digits import add_digits
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.training import train
from piximi_core.services.training.planning import default_settings
from piximi_core.services.training.settings_draft import change_settings
from tests.plug_ins import install_example, installed, write_package


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_example(tmp_path_factory.mktemp("plug-in"))


@pytest.fixture
def lab(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package of examples/plug_in is installed."""
    with installed(place, monkeypatch):
        yield


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "project", "Test project")


def write_lab(path: Path, seed: int = 1) -> np.ndarray:
    pixels = np.random.default_rng(seed).integers(0, 60_000, (2, 12, 9), dtype=np.uint16)
    path.write_bytes(b"LAB1" + np.array(pixels.shape, "<u4").tobytes() + pixels.tobytes())
    return pixels


def test_a_reader_of_a_package_reads_imports_and_stored_files(
    lab: None, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    pixels = write_lab(folder / "one.lab")
    write_lab(folder / "named.wrong", seed=2)
    (folder / "cut.lab").write_bytes((folder / "one.lab").read_bytes()[:40])
    # Each is first decoded in a process of its own, under limits.
    job = add_images.ask(store, [SourceFile(folder, "given")], add_images.AddOptions())
    result = run_here(store, job)
    assert result.added == 2
    [(name, reason)] = result.failed
    assert name.endswith("cut.lab")
    assert "not a complete Lab file" in reason
    things = {thing.name: thing for thing in list_things(store, ThingFilter())}
    one = things["one.lab"]
    assert (one.extension, one.channels, one.bit_depth) == ("lab", 2, 16)
    stored = store.files.original(one.file_sha256, one.extension)
    read = read_picture(stored).pixels
    assert np.array_equal(read[0], np.moveaxis(pixels, 0, -1))
    assert ".lab" in image_suffixes()


def test_without_the_package_its_files_are_refused_in_words(place: Path, tmp_path: Path) -> None:
    write_lab(tmp_path / "one.lab")
    with pytest.raises(BadInput, match="is not an image we know"):
        read_picture(tmp_path / "one.lab")
    assert ".lab" not in image_suffixes()


@pytest.mark.slow
def test_the_settings_decide_the_network(lab: None, store: Store) -> None:
    add_digits(store, limit=100)
    settings = ModelSettings(architecture="Tiny CNN", input_shape=(20, 20, 1), epochs=2)
    run_here(store, train.ask(store, settings))
    run = find_run(store, "latest")
    assert run.name == "Image Tiny CNN"
    assert run.settings["architecture"] == "Tiny CNN"
    # One convolution of 8 channels, 5x5, and ten categories of 4x4x8 numbers.
    assert run.summary["parameters"] == 8 * 26 + 10 * (4 * 4 * 8 + 1)
    assert run_here(store, export.ask(store, run, "piximi")).difference < 1e-4


def test_a_draft_whose_network_is_gone_takes_ours(
    place: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed(place, monkeypatch):
        change_settings(store, {"architecture": "Tiny CNN", "epochs": 7})
        assert default_settings(store).architecture == "Tiny CNN"
    found = default_settings(store)
    assert (found.architecture, found.epochs) == ("Simple CNN", 7)
    with pytest.raises(BadInput, match=r"must be 'Simple CNN'.*, not .Tiny CNN."):
        settings_from({"architecture": "Tiny CNN"})


def test_a_format_of_a_package_is_found_out_read_and_written(lab: None, tmp_path: Path) -> None:
    given = AnnotationSet(images=[AnnotatedImage("a.png", 40, 30)])
    box = filled_box((3, 4, 9, 12))
    given.objects = [SetObject("a.png", box, kind="cell", category="round")]
    path, problems = write_annotations(given, tmp_path, "spots")
    assert (path.suffix, problems) == (".spots", [])
    name, found = read_annotations(path, path.name, tmp_path / "scratch")
    assert name == "spots"
    [item] = found.objects
    assert (item.image, item.category) == ("a.png", "round")
    assert (item.shape.left, item.shape.bottom) == (3, 12)


BROKEN = """
import sys
class Ending:
    def __getattr__(self, name):
        sys.exit("I end you")
sys.modules[__name__ + ".ending"] = Ending()
READER = "not one"
def failing(head):
    raise RuntimeError("no")
"""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package is installed in which everything is wrong."""
    points = {
        "piximi.readers": {
            "tif": "broken:READER",
            "bad": "broken:READER",
            "gone": "broken:NOTHING",
            "none": "no_such_module:READER",
            "Up/../per": "broken:READER",
        },
        "piximi.networks": {"Ends": "broken.ending:build", "Text": "broken:READER"},
        "piximi.formats": {"coco": "broken:READER", "words": "broken:READER"},
    }
    with installed(write_package(tmp_path / "site", points, BROKEN), monkeypatch):
        yield


def test_what_is_broken_is_named_and_left_out(broken: None, tmp_path: Path) -> None:
    assert set(READERS) == {*READERS} - {"bad", "gone", "none", "Up/../per"}
    why = {one.name: one.problem for one in READERS.plug_ins()}
    assert why["tif"] == "the program has a reader of that name itself"
    assert why["bad"] == "it is no ImageReader"
    assert "NOTHING" in why["gone"]
    assert "no_such_module" in why["none"]
    assert why["Up/../per"] == "its name cannot be used"
    assert {one.package for one in READERS.plug_ins()} == {"broken 0.3"}
    assert "I end you" in {one.name: one.problem for one in NETWORKS.plug_ins()}["Ends"]
    assert list(NETWORKS) == [name for name in NETWORKS.names if name not in ("Ends", "Text")]
    assert NETWORKS.added == ()
    assert "words" not in FORMATS
    assert FORMATS["coco"].title == "COCO"
    unknown = tmp_path / "x.bad"
    unknown.write_bytes(b"whatever")
    with pytest.raises(BadInput, match="is not an image we know"):
        read_picture(unknown)


def test_who_asks_for_a_broken_one_is_told_which_package_it_is(broken: None) -> None:
    with pytest.raises(BadInput, match=r"'words' of broken 0\.3 cannot be used: it is no Annot"):
        find_format("words")
    with pytest.raises(BadInput, match=r"'Text' of broken 0\.3 cannot be used"):
        NETWORKS.find("Text")
    with pytest.raises(BadInput, match="There is no network 'Other'; choose one of Simple CNN"):
        NETWORKS.find("Other")
