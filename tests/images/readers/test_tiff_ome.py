"""OME-TIFF that was cut short, renamed, or taken out of a set of files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from piximi_core.errors import BadInput
from piximi_core.images import describe, read_picture
from piximi_core.images.picture import TimeUnknown

UUID = "urn:uuid:00000000-0000-0000-0000-000000000001"


def ome(
    path: Path, pages: Any, sizes: dict[str, int], *, order: str = "XYCZT",
    blocks: str = "<TiffData/>", root: str = "",
) -> Path:  # fmt: skip
    """Write pages with metadata by hand."""
    declared = " ".join(f'Size{axis}="{sizes.get(axis, 1)}"' for axis in "ZCT")
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" {root}>'
        f'<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="{order}" Type="uint8" '
        f'SizeX="{pages.shape[2]}" SizeY="{pages.shape[1]}" {declared} PhysicalSizeX="0.5" '
        f'PhysicalSizeXUnit="\u00b5m"><Channel ID="c"/>{blocks}</Pixels></Image></OME>'
    )
    with tifffile.TiffWriter(path) as writer:
        for number, page in enumerate(pages):
            description = xml.encode() if number == 0 else None
            writer.write(
                page, description=description, metadata=None, contiguous=False,
                photometric="minisblack",
            )  # fmt: skip
    return path


def planes(count: int) -> Any:
    rng = np.random.default_rng(count)
    return rng.integers(0, 255, (count, 6, 9), np.uint8)


def listed(count: int, uuid: str = "", file: str = "old.ome.tif", **first: Any) -> str:
    inner = f'<UUID FileName="{file}">{uuid}</UUID>' if uuid else ""
    return "".join(
        f'<TiffData IFD="{n}" First{first.get("axis", "C")}="{n}" PlaneCount="1">{inner}</TiffData>'
        for n in range(count)
    )


# Sizes said, pages in the file, and what is left: time points, planes, channels.
CUT = [
    ({"T": 5}, 3, (3, 1, 1)),
    ({"Z": 5}, 3, (1, 3, 1)),
    ({"C": 5}, 3, (1, 1, 3)),
    ({"T": 5, "C": 2}, 7, (3, 1, 2)),
    ({"T": 5, "Z": 2, "C": 2}, 11, (2, 2, 2)),
    ({"T": 5, "Z": 10}, 7, (1, 7, 1)),
    ({"T": 5, "Z": 10, "C": 2}, 7, (1, 3, 2)),
    ({"Z": 4, "C": 3}, 2, (1, 1, 2)),
    ({"T": 999_999}, 3, (3, 1, 1)),
]


@pytest.mark.parametrize(("sizes", "pages", "left"), CUT)
@pytest.mark.parametrize("blocks", ["one", "each", "none"])
def test_a_file_that_was_stopped_has_what_is_whole(
    tmp_path: Path, sizes: dict[str, int], pages: int, left: tuple[int, int, int], blocks: str
) -> None:
    data, (times, depth, channels) = planes(pages), left
    order = [axis for axis in "TZC" if sizes.get(axis, 1) > 1]
    said = {axis: sizes.get(axis, 1) for axis in "TZC"}
    laid = "<TiffData/>"
    if blocks == "each":
        # As Bio-Formats writes it: every plane that was to come is listed.
        shape = [min(said[axis], 20) for axis in "TZC"]
        laid = "".join(
            f'<TiffData IFD="{n}" FirstT="{t}" FirstZ="{z}" FirstC="{c}" PlaneCount="1"/>'
            for n, (t, z, c) in enumerate(np.ndindex(*shape))
        )
    elif blocks == "none":
        laid = ""
    path = ome(tmp_path / "s.ome.tif", data, sizes, blocks=laid)
    found = describe(path)
    assert (found.times, found.planes, found.channels) == left
    assert any(note.startswith("cut short: ") for note in found.notes), order
    whole = data[: times * depth * channels].reshape(times, depth, channels, 6, 9)
    if times > 1:
        with pytest.raises(TimeUnknown):
            read_picture(path)
        for time in range(times):
            picture = read_picture(path, time=time + 1)
            np.testing.assert_array_equal(picture.pixels, np.moveaxis(whole[time], 1, 3))
        flat = np.moveaxis(whole, 2, 4).reshape(-1, 6, 9, channels)
        np.testing.assert_array_equal(read_picture(path, time="planes").pixels, flat)
        with pytest.raises(BadInput, match=f"has {times} time points"):
            read_picture(path, time=times + 1)
    else:
        picture = read_picture(path)
        np.testing.assert_array_equal(picture.pixels, np.moveaxis(whole[0], 1, 3))
        assert picture.pixel_size is not None
        assert picture.pixel_size.x == 0.5


def test_the_order_of_the_axes_decides_what_is_whole(tmp_path: Path) -> None:
    data = planes(5)
    path = ome(tmp_path / "s.ome.tif", data, {"Z": 3, "C": 2}, order="XYZCT")
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[..., 0], data[:3])
    assert any("1 of 2 channels" in note for note in picture.notes)


def test_a_whole_file_is_said_to_be_whole(tmp_path: Path) -> None:
    data = planes(6)
    path = ome(tmp_path / "w.ome.tif", data, {"Z": 3, "C": 2})
    picture = read_picture(path)
    assert not picture.notes
    np.testing.assert_array_equal(picture.pixels, np.moveaxis(data.reshape(3, 2, 6, 9), 1, 3))


@pytest.mark.parametrize("root", ["", f'UUID="{UUID[:-1]}2"', f'UUID="{UUID}"'])
def test_a_renamed_file_is_read_under_its_new_name(tmp_path: Path, root: str) -> None:
    data = planes(3)
    path = ome(tmp_path / "new.ome.tif", data, {"C": 3}, blocks=listed(3, UUID), root=root)
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[0], np.moveaxis(data, 0, 2))
    assert not picture.notes


def test_a_renamed_file_may_have_been_stopped_too(tmp_path: Path) -> None:
    data = planes(3)
    path = ome(tmp_path / "new.ome.tif", data, {"C": 5}, blocks=listed(5, UUID))
    assert read_picture(path).pixels.shape == (1, 6, 9, 3)


def test_a_member_of_a_set_says_so_and_how_to_go_on(tmp_path: Path) -> None:
    blocks = listed(2, UUID) + listed(2, UUID[:-1] + "3", "b.ome.tif")
    for root in ("", f'UUID="{UUID}"'):
        path = ome(tmp_path / "a.ome.tif", planes(2), {"C": 4}, blocks=blocks, root=root)
        with pytest.raises(BadInput, match=r"in other files.*how many channels"):
            read_picture(path)
        assert read_picture(path, channels=2).pixels.shape == (1, 6, 9, 2)
        assert read_picture(path, channels=1).pixels.shape == (2, 6, 9, 1)


@pytest.mark.parametrize("sizes", [{"T": 0}, {"T": -3}, {"T": 10**12}])
def test_sizes_that_cannot_be_are_refused_in_a_sentence(
    tmp_path: Path, sizes: dict[str, int]
) -> None:
    path = ome(tmp_path / "x.ome.tif", planes(2), sizes)
    with pytest.raises(BadInput):
        read_picture(path, time=1)


def test_the_cases(shared_data: Path) -> None:
    folder = shared_data / "cases" / "ome-stopped-or-renamed"
    stopped, renamed = folder / "ome_stopped.ome.tif", folder / "ome_renamed_noroot.ome.tif"
    pages = tifffile.imread(stopped, key=slice(3))
    assert describe(stopped).times == 3
    np.testing.assert_array_equal(read_picture(stopped, time="planes").pixels[..., 0], pages)
    np.testing.assert_array_equal(read_picture(stopped, time=2).pixels[0, ..., 0], pages[1])
    pages = tifffile.imread(renamed, key=slice(3))
    picture = read_picture(renamed)
    np.testing.assert_array_equal(picture.pixels[0], np.moveaxis(pages, 0, 2))
