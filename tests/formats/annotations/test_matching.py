"""Which image of the project a name in a file means."""

from __future__ import annotations

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
