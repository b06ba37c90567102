"""What the button of the dialog Add images says: how many pictures come of what was chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_core.services.importing.sources import SourceFile
from piximi_ui.images.adding.add_check import Answers, what_is_added
from piximi_ui.images.adding.add_options import tell_classes


def sources(*names: str) -> list[SourceFile]:
    return [SourceFile(Path("in") / name, name) for name in names]


@pytest.mark.parametrize(
    ("names", "pictures", "said"),
    [
        (["a.png", "b.png"], 2, "Add 2 files"),
        (["a.png", "broken.png"], 1, "Add 1 file"),
        (["a.png", "b.png"], None, "Add 2 files"),
        (["cells.zip"], 180, "Add 180 pictures of 1 zip"),
        (["cells.ZIP", "more.zip"], 12, "Add 12 pictures of 2 zips"),
        (["huge.zip"], None, "Add the pictures of 1 zip"),
        (["cells.zip", "a.png"], 181, "Add 181 pictures"),
    ],
)
def test_it_counts_pictures_rather_than_zips(
    names: list[str], pictures: int | None, said: str
) -> None:
    assert what_is_added(sources(*names), Answers(pictures=pictures)) == said


@pytest.mark.parametrize(
    ("folders", "known", "classes"),
    [
        ({"cats", "dogs"}, (), True),
        ({"unlabelled"}, (), False),
        ({"unlabelled"}, ("cats",), False),
        ({"dogs"}, ("cats", "dogs"), True),
    ],
)
def test_a_single_folder_names_no_class_by_itself(
    folders: set[str], known: tuple[str, ...], classes: bool
) -> None:
    assert tell_classes(folders, known) is classes
