"""Which image of the project a name in a file means."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from piximi_core.formats.annotations.files import Stems, file_word
from piximi_core.formats.annotations.matching import match_images


def test_exact_names_come_before_stems() -> None:
    found = match_images(["a.png", "b.png", "sub/c.tif", "d", "e.ome"], ["a.jpg", "a.png", "b.jpg",
                         "c.tif", "d.x.tif", "e.ome.tif"])  # fmt: skip
    assert found.found == {
        "a.png": "a.png",
        "b.png": "b.jpg",
        "sub/c.tif": "c.tif",
        "d": "d.x.tif",
        "e.ome": "e.ome.tif",
    }
    assert not found.unmatched


def test_what_fits_several_is_left_to_the_person() -> None:
    found = match_images(["a", "b.png", "b.jpg", "none.png"], ["a.png", "a.jpg", "b.tif"])
    assert not found.found
    reasons = {problem.what: problem.reason for problem in found.unmatched}
    assert "2 images of the project" in reasons["a"]
    assert "so do others of the file" in reasons["b.png"]
    assert reasons["none.png"] == "The project has no image of this name."


def test_names_that_a_file_system_changed_are_found_again() -> None:
    assert match_images(["cell_ 1_2"], ["Cell: 1/2.png", "x.png"]).found == {}
    assert match_images(["cell_ 1"], ["Cell: 1.png"]).found == {"cell_ 1": "Cell: 1.png"}
    # Formats of text keep one blank of two; macOS writes an umlaut as two signs.
    assert match_images(["a b.png"], ["a  b.png"]).found == {"a b.png": "a  b.png"}
    assert match_images(["u\u0308_1"], ["\u00fc_1.png"]).found == {"u\u0308_1": "\u00fc_1.png"}


@given(st.lists(st.text(max_size=40), max_size=6, unique=True))
def test_any_name_becomes_a_file_name_of_its_own(names: list[str]) -> None:
    given = Stems()
    words = [given.of(name) for name in names]
    assert len({word.casefold() for word in words}) == len(names)
    for word in words:
        assert word
        assert not set('/\\:*?"<>|\0\n') & set(word)
        assert not word.startswith(".")
        assert not word.endswith((".", " "))
    assert [given.of(name) for name in names] == words


def test_names_stay_as_they_are_where_they_may() -> None:
    assert file_word("Zellen ü (1).ome") == "Zellen ü (1).ome"
    assert file_word("con") == "_con"
    assert file_word("con.ome") == "_con.ome"
