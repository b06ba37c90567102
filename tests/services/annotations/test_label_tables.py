"""Labels from tables: each row for one image, and none ever guessed."""

from __future__ import annotations

import resource
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import event

from piximi_core.errors import BadInput
from piximi_core.formats.tables.label_table import LabelRow, LabelTable, read_label_table
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.schema import sources, things
from piximi_core.project.database.store import Store
from piximi_core.services.annotations.labels_from_table import (
    LabelOutcome,
    label_from_table,
    match_labels,
)
from tests.services.conftest import add, grey


def labels(store: Store) -> dict[str, str]:
    names = {c.id: c.name for c in list_categories(store)}
    listed = list_things(store, ThingFilter())
    return {thing.name: names[thing.category_id] for thing in listed}


def write_table(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(("name,category", *lines)) + "\n", encoding="utf-8")
    return path


def pictures(folder: Path, *names: str) -> Path:
    for shade, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        grey(folder / name, 10 + shade)
    return folder


def label(store: Store, tmp_path: Path, *lines: str) -> LabelOutcome:
    table = read_label_table(write_table(tmp_path / "labels.csv", *lines))
    expected = match_labels(store, table)
    outcome = label_from_table(store, table)
    assert outcome == expected
    return outcome


@pytest.fixture
def two(store: Store, tmp_path: Path) -> Store:
    """The cat 1.png, and the dog that has the same name in another folder."""
    add(store, pictures(tmp_path / "in", "cats/1.png", "dogs/1.png"))
    assert sorted(labels(store)) == ["cats/1.png", "dogs/1.png"]
    return store


@pytest.fixture
def old(two: Store) -> Store:
    """The same in a project that was made before paths were kept."""
    with two.step("Forget") as db:
        db.execute(sources.delete())
        for name, before in (("cats/1.png", "1.png"), ("dogs/1.png", "1_1.png")):
            db.execute(things.update().where(things.c.name == name).values(name=before))
    return two


def test_each_row_finds_the_image_of_its_folder(two: Store, tmp_path: Path) -> None:
    assert label(two, tmp_path, "cats/1.png,cat", "dogs/1.png,dog") == LabelOutcome(2, ())
    assert labels(two) == {"cats/1.png": "cat", "dogs/1.png": "dog"}


def test_a_row_of_a_third_folder_or_of_none_labels_nothing(two: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No line"):
        label(two, tmp_path, "birds/1.png,bird", "1.png,any")
    assert set(labels(two).values()) == {"Unknown"}


def test_rows_of_two_folders_never_share_an_image(old: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No line"):
        label(old, tmp_path, "cats/1.png,cat", "dogs/1.png,dog")
    assert set(labels(old).values()) == {"Unknown"}


def test_a_base_name_that_another_image_had_too_is_not_used(old: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No line"):
        label(old, tmp_path, "dogs/1.png,dog")
    assert set(labels(old).values()) == {"Unknown"}


def test_the_whole_name_counts_before_a_base_name(old: Store, tmp_path: Path) -> None:
    outcome = label(old, tmp_path, "1.png,cat", "dogs/1.png,dog", "1_1.png,bird")
    assert outcome == LabelOutcome(2, (), ("dogs/1.png",))
    assert labels(old) == {"1.png": "cat", "1_1.png": "bird"}


def test_unique_base_names_are_used(store: Store, tmp_path: Path) -> None:
    add(store, pictures(tmp_path / "in", "a.png", "a_1.png", "b.png"))
    outcome = label(store, tmp_path, "x/a.png,one", "x/a_1.png,two", "y/b.png,three")
    assert outcome == LabelOutcome(3, ())
    assert labels(store) == {"a.png": "one", "a_1.png": "two", "b.png": "three"}


def test_more_rows_of_a_partition_than_sqlite_takes_parameters(
    store: Store, tmp_path: Path
) -> None:
    add(store, pictures(tmp_path / "in", *(f"{number}.png" for number in range(12))))

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 10)

    with store.read() as db:
        engine = db.engine
    event.listen(engine, "checkout", limit)
    table = LabelTable(LabelRow(f"{number}.png", "x", "Test") for number in range(12))
    assert label_from_table(store, table).labelled == 12
    assert {t.partition for t in list_things(store, ThingFilter())} == {"Test"}


@pytest.mark.parametrize(
    ("lines", "files", "found", "ambiguous", "missing"),
    [
        (["cats/1.png"], ["cats/1.png", "dogs/1.png"], {"cats/1.png": 0}, [], []),
        (["cats/1.png"], ["dogs/1.png"], {}, [], [0]),
        (["1.png"], ["cats/1.png", "dogs/1.png"], {}, [0], []),
        (["1.png"], ["cats/1.png"], {"cats/1.png": 0}, [], []),
        (["1.png"], ["1.png", "dogs/1.png"], {"1.png": 0}, [], []),
        (["cats/1.png", "1.png"], ["cats/1.png", "dogs/1.png"], {"cats/1.png": 0}, [1], []),
        (["d/cats/1.png", "d/dogs/1.png"], ["cats/1.png"], {"cats/1.png": 0}, [], [1]),
        (["cats/1.png"], ["top/cats/1.png"], {"top/cats/1.png": 0}, [], []),
        (["1.png"], ["1.png", "1.png"], {}, [0], []),
        (["x/1.png", "y/1.png"], ["1.png"], {}, [0, 1], []),
        (["1.png"], ["11.png"], {}, [], [0]),
    ],
)
def test_a_row_belongs_to_one_image(
    lines: list[str],
    files: list[str],
    found: dict[str, int],
    ambiguous: list[int],
    missing: list[int],
) -> None:
    rows = [LabelRow(line, f"category {place}", None) for place, line in enumerate(lines)]
    matches = LabelTable(rows).match(files)
    assert matches.found == {name: rows[place] for name, place in found.items()}
    assert matches.ambiguous == [rows[place] for place in ambiguous]
    assert matches.missing == [rows[place] for place in missing]


def test_an_import_labels_no_file_of_another_folder(store: Store, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in", "cats/1.png", "dogs/1.png", "cats/2.png", "dogs/2.png")
    table = write_table(tmp_path / "labels.csv", "cats/1.png,cat", "2.png,either")
    outcome = add(store, folder, labels=str(table))
    ((name, reason),) = outcome.conflicts
    assert (name, outcome.failed) == ("2.png", ())
    assert "several images" in reason
    assert labels(store) == {
        "cats/1.png": "cat",
        "dogs/1.png": "Unknown",
        "cats/2.png": "Unknown",
        "dogs/2.png": "Unknown",
    }


def test_a_category_that_cannot_be_costs_only_its_label(store: Store, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in", "a.png", "b.png", "c.png")
    table = write_table(tmp_path / "labels.csv", f"a.png,{'x' * 301}", "b.png,fine")
    outcome = add(store, folder, labels=str(table))
    assert (outcome.added, outcome.failed) == (3, ())
    ((name, reason),) = outcome.conflicts
    assert name == "a.png"
    assert "300 characters" in reason
    assert labels(store) == {"a.png": "Unknown", "b.png": "fine", "c.png": "Unknown"}


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_that_names_no_category_costs_only_its_labels(
    store: Store, tmp_path: Path, packed: bool
) -> None:
    source = pictures(tmp_path / "in", " /a.png", " /b.png", "good/c.png")
    if packed:
        source = Path(shutil.make_archive(str(tmp_path / "in"), "zip", source))
    outcome = add(store, source, labels="folders")
    assert (outcome.added, outcome.failed) == (3, ())
    ((name, reason),) = outcome.conflicts
    assert name == " /a.png"
    assert "without a label" in reason
    assert labels(store) == {"a.png": "Unknown", "b.png": "Unknown", "c.png": "good"}


def test_a_category_asked_for_by_hand_is_refused_before_anything(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="needs a name"):
        add(store, grey(tmp_path / "a.png"), category=" ")
    assert not list(store.files.jobs.glob("*"))


def test_a_zip_of_arrays_is_a_zip_of_files(store: Store, tmp_path: Path) -> None:
    arrays = {name: np.full((6, 8), shade, np.uint8) for shade, name in enumerate(("a", "b"))}
    np.savez(tmp_path / "both.npz", **arrays)
    (tmp_path / "both.npz").rename(tmp_path / "both.zip")
    np.savez(tmp_path / "one.npz", c=np.full((6, 8), 9, np.uint8))
    outcome = add(store, tmp_path / "both.zip", tmp_path / "one.npz")
    assert (outcome.added, outcome.failed) == (3, ())
    assert sorted(labels(store)) == ["a.npy", "b.npy", "one.npz"]


def test_another_reading_of_a_file_is_not_called_the_same(store: Store, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((6, 8), np.uint8)).save(tmp_path / "a.png")
    add(store, tmp_path / "a.png")
    ((_, reason),) = add(store, tmp_path / "a.png", time=2).duplicates
    assert "another time point" in reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("piece", "times"), [(b"a,b\n", 2_000_001), (b",", 50_000_000), (b"\n", 3_000_000)]
)
def test_a_table_of_countless_cells_is_refused_before_it_fills_the_memory(
    tmp_path: Path, piece: bytes, times: int
) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(times * piece)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadInput, match=r"labels\.csv has more than 2,000,000 lines"):
        read_label_table(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_tables_with_the_line_ends_of_every_system_are_read(tmp_path: Path, end: str) -> None:
    path = tmp_path / "labels.csv"
    lines = ["name;category", 'a.png;"two', 'lines"', "", "b.png;c"]
    path.write_bytes(end.join(lines).encode("utf-8-sig"))
    rows = read_label_table(path).rows
    assert rows == [LabelRow("a.png", f"two{end}lines", None), LabelRow("b.png", "c", None)]
